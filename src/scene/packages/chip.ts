import type { Point } from "../board/board.js";
import type { Vec3 } from "../model.js";
import { rectangle } from "../shape/outlines.js";
import { loft, roundedBox } from "../shape/solids.js";
import { flip, map, type Surface } from "../shape/surface.js";
import { joint } from "./joint.js";
import { mark, textBlock, valueCode } from "./mark.js";
import type { MaterialName } from "./materials.js";
import type { ModelInput, ModelPart } from "./model.js";
import { part, varied } from "./parts.js";

/** Length of the termination along the part, as a share of its length. */
const TERMINATION: Readonly<Record<string, number>> = { resistor: 0.19, capacitor: 0.22, inductor: 0.24 };

/** Measures of a chip: size, length of the wrap, thickness of its metal, soft shoulders of its long edges. */
type Chip = Readonly<{
  l: number;
  w: number;
  h: number;
  t: number;
  skin: number;
  flat: number;
  deep: number;
}>;

/** Ceramic chips with terminations that wrap around both ends: resistors, capacitors, chip inductors, LEDs. */
export function chip(input: ModelInput): ModelPart[] {
  const { spec, variant } = input;
  const [l, w, h] = spec.body;
  const share = spec.family === "resistor" ? 0.6 : 1;
  const c: Chip = {
    l,
    w,
    h,
    t: l * (TERMINATION[spec.family] ?? 0.2),
    skin: Math.min(0.02, 0.03 * h + 0.006),
    flat: share * Math.min(0.17 * w, 0.14),
    deep: share * Math.min(0.2 * h, 0.1),
  };
  const parts =
    spec.family === "resistor"
      ? resistorBody(input, c)
      : spec.family === "led"
        ? ledBody(c)
        : ceramicBody(input, c);
  const bow = spec.family === "resistor" ? 0.02 * w : (0.06 + 0.05 * (variant % 3)) * w;
  const dish = 0.009 * Math.min(1, w) * (0.7 + 0.4 * (variant % 3));
  const right = termination(c, bow, dish);
  const caps = [right, map(right, ([x, y, z]) => [-x, y, z], true)];
  return [...parts, part(caps, "tin_plating_termination", "lead", 50), ...chipJoints(input, c.t)];
}

/** The solder at both ends: the end face and the edges of the wrap are its walls. */
export function chipJoints(input: ModelInput, t: number): ModelPart[] {
  const [l, w, h] = input.spec.body;
  return input.pads.map((pad, index) => {
    const side = pad.at[0] >= 0 ? 1 : -1;
    const wall = {
      outline: rectangle([(side * (l - t)) / 2, 0], t, w * 0.97),
      height: Math.min(h, 0.35 + 0.45 * h),
    };
    return joint(pad, side > 0 ? 0 : 180, [wall], { variant: input.variant, index, cells: 6 });
  });
}

/**
 * The cap on one end: five faces around the body. Fired paste and plating make soft shoulders, flat on top and
 * steeper outwards, and a shallow dish in the top. The inner edge bows towards the middle by `bow`.
 */
function termination(c: Chip, bow: number, dish: number): Surface {
  const { t, skin, flat, deep } = c;
  const [hy, hz] = [c.w / 2, c.h / 2];
  const section = crossSection(c);
  const end = c.l / 2;
  const bend = Math.min(flat, 0.45 * t);
  const inner = t - bend;
  // Distance from the end, drop below the full section, share of the bow, share of the dish.
  const stations: readonly (readonly [number, number, number, number])[] = [
    [0, deep, 0, 0],
    [bend * 0.09, deep * 0.58, 0, 0],
    [bend * 0.35, deep * 0.2, 0, 0],
    [bend, 0, 0, 0],
    [bend + inner * 0.35, 0, 0.3, 1],
    [bend + inner * 0.75, 0, 0.75, 0.8],
    [t, 0, 1, 0],
    [t + skin * 0.5, skin * 1.3, 1, 0],
  ];
  const rings = stations.map(([d, drop, bows, dishes]) =>
    section.map(([y, z]): Vec3 => {
      const onTop = z > hz - 1e-9;
      const across = Math.abs(z) > hz - deep ? 1 - (y / hy) ** 2 : 0.2 * (1 - (z / hz) ** 2);
      const sunk = onTop ? dish * dishes * Math.max(0, 1 - (y / (hy - flat)) ** 2) : 0;
      const [ky, kz] = [1 - drop / hy, 1 - drop / hz];
      return [end - d - bow * bows * across, y * ky, hz + z * kz - sunk];
    }),
  );
  // The rings run from the end inwards, against their winding.
  return flip(loft(rings));
}

/** Half sizes with soft upper corners and plain chamfers below, in (y, z), counter-clockwise seen from +X. */
function crossSection(c: Chip): Point[] {
  const { flat, deep } = c;
  const [hy, hz] = [c.w / 2, c.h / 2];
  const arc = [0, 0.3, 0.58, 0.82, 1].map((k): Point => {
    const a = (k * Math.PI) / 2;
    return [hy - flat + flat * Math.cos(a), hz - deep + deep * Math.sin(a)];
  });
  const top = [0.5, 0, -0.5].map((f): Point => [f * (hy - flat), hz]);
  const left = arc.map(([y, z]): Point => [-y, z]).reverse();
  const cut = 0.4 * deep;
  return [[hy, -hz + cut], ...arc, ...top, ...left, [-hy, -hz + cut], [-hy + cut, -hz], [hy - cut, -hz]];
}

function ceramicBody(input: ModelInput, c: Chip): ModelPart[] {
  const { spec, variant } = input;
  const { l, w, h, t, skin } = c;
  const white = spec.family === "inductor" && spec.style === "white";
  const material: MaterialName = white
    ? "alumina"
    : spec.family === "inductor"
      ? "ferrite"
      : varied(["ceramic_tan_0", "ceramic_tan_1", "ceramic_tan_2"], variant);
  const parts = [part(block(c), material, "body")];
  const coat = roundedBox([0, 0], [l - 2 * t - 0.1 * l, w * 0.7], h - 2 * skin, h - 0.002, 0.03);
  return white ? [...parts, part(coat, "overcoat_black", "body")] : parts;
}

function resistorBody(input: ModelInput, c: Chip): ModelPart[] {
  const { value, variant } = input;
  const { l, w, h, t, skin } = c;
  const top = h - skin + 0.012;
  const coat: readonly [number, number] = [l - 2 * t + 0.03, w * 0.94];
  const parts = [
    part(block(c), "alumina", "body"),
    part(roundedBox([0, 0], coat, h - skin - 0.02, top, 0.02), "overcoat_black", "body"),
  ];
  const code = l >= 1.5 ? valueCode(value) : "";
  if (code === "") return parts;
  const size: readonly [number, number] = [coat[0] * 0.8, coat[1] * 0.62];
  const flipped = variant % 4 === 3 ? 180 : 0;
  const lines = textBlock([code], [0, 0], size[0], size[1] * 1.5).map((m) => ({
    ...m,
    rotation: flipped,
    weight: 0.15,
  }));
  return [...parts, ...mark(lines, [], top, "print_white")];
}

function ledBody({ l, w, h }: Chip): ModelPart[] {
  const base = h * 0.35;
  const top = h - 0.012;
  const lens = roundedBox([0, 0], [l * 0.66, w * 0.96], base, top, 0.12 * w);
  const die = roundedBox([0, 0], [l * 0.3, w * 0.5], top - 0.01, h, 0.08 * w);
  const cathode = roundedBox([-l * 0.27, 0], [l * 0.05, w * 0.7], top - 0.01, top + 0.004, 0.004);
  return [
    part(roundedBox([0, 0], [l * 0.98, w * 0.9], 0.02, base, 0.02), "plastic_white", "body"),
    part(lens, "led_lens", "body"),
    part(die, "led_phosphor", "body"),
    part(cathode, "substrate_green", "mark"),
  ];
}

/** The ceramic block, of the caps' section less their metal; it ends inside the caps. */
function block(c: Chip): Surface {
  const { skin, h, w } = c;
  const half = c.l / 2 - 0.5 * c.t;
  const [ky, kz] = [1 - (2 * skin) / w, 1 - (2 * skin) / h];
  const ring = (x: number): Vec3[] => crossSection(c).map(([y, z]): Vec3 => [x, y * ky, h / 2 + z * kz]);
  return loft([ring(-half), ring(half)]);
}
