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

/** Ceramic chips with terminations that wrap around both ends: resistors, capacitors, chip inductors, LEDs. */
export function chip(input: ModelInput): ModelPart[] {
  const { spec } = input;
  const [l, w, h] = spec.body;
  const t = l * (TERMINATION[spec.family] ?? 0.2);
  const skin = Math.min(0.02, 0.03 * h + 0.006);
  const parts =
    spec.family === "resistor"
      ? resistorBody(input, t, skin)
      : spec.family === "led"
        ? ledBody(input)
        : ceramicBody(input, t, skin);
  const bow = spec.family === "resistor" ? 0.02 * w : (0.06 + 0.05 * (input.variant % 3)) * w;
  const dish = 0.009 * Math.min(1, w) * (0.7 + 0.4 * (input.variant % 3));
  const right = termination({ body: spec.body, t, skin, bow, dish });
  const caps = [right, map(right, ([x, y, z]) => [-x, y, z], true)];
  return [...parts, part(caps, "tin_plating_termination", "lead", 50), ...chipJoints(input, t)];
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
    return joint(pad, side > 0 ? 0 : 180, [wall], { variant: input.variant, index });
  });
}

/**
 * The cap on one end: five faces around the body. Fired paste and plating make soft shoulders, flat on top and
 * steeper outwards, and a shallow dish in the top. The inner edge bows towards the middle by `bow`.
 */
function termination(
  o: Readonly<{ body: Vec3; t: number; skin: number; bow: number; dish: number }>,
): Surface {
  const [l, w, h] = o.body;
  const { t, skin, bow } = o;
  const [hy, hz] = [w / 2, h / 2];
  const shoulder = { flat: Math.min(0.17 * w, 0.14), deep: Math.min(0.2 * h, 0.1) };
  const section = crossSection(hy, hz, shoulder);
  const end = l / 2;
  const bend = Math.min(shoulder.flat, 0.45 * t);
  const inner = t - bend;
  // Distance from the end, drop below the full section, share of the bow, share of the dish.
  const stations: readonly (readonly [number, number, number, number])[] = [
    [0, shoulder.deep, 0, 0],
    [bend * 0.09, shoulder.deep * 0.58, 0, 0],
    [bend * 0.35, shoulder.deep * 0.2, 0, 0],
    [bend, 0, 0, 0],
    [bend + inner * 0.35, 0, 0.3, 1],
    [bend + inner * 0.75, 0, 0.75, 0.8],
    [t, 0, 1, 0],
    [t + skin * 0.5, skin * 1.3, 1, 0],
  ];
  const rings = stations.map(([d, drop, bows, dishes]) =>
    section.map(([y, z]): Vec3 => {
      const onTop = z > hz - 1e-9;
      const across = Math.abs(z) > hz - shoulder.deep ? 1 - (y / hy) ** 2 : 0.2 * (1 - (z / hz) ** 2);
      const sunk = onTop ? o.dish * dishes * Math.max(0, 1 - (y / (hy - shoulder.flat)) ** 2) : 0;
      const [ky, kz] = [1 - drop / hy, 1 - drop / hz];
      return [end - d - bow * bows * across, y * ky, hz + z * kz - sunk];
    }),
  );
  // The rings run from the end inwards, against their winding.
  return flip(loft(rings));
}

/** Half sizes with soft upper corners and plain chamfers below, in (y, z), counter-clockwise seen from +X. */
function crossSection(hy: number, hz: number, shoulder: { flat: number; deep: number }): Point[] {
  const { flat, deep } = shoulder;
  const arc = [0, 0.3, 0.58, 0.82, 1].map((k): Point => {
    const a = (k * Math.PI) / 2;
    return [hy - flat + flat * Math.cos(a), hz - deep + deep * Math.sin(a)];
  });
  const top = [0.5, 0, -0.5].map((f): Point => [f * (hy - flat), hz]);
  const left = arc.map(([y, z]): Point => [-y, z]).reverse();
  const cut = 0.4 * deep;
  return [[hy, -hz + cut], ...arc, ...top, ...left, [-hy, -hz + cut], [-hy + cut, -hz], [hy - cut, -hz]];
}

function ceramicBody(input: ModelInput, t: number, skin: number): ModelPart[] {
  const { spec, variant } = input;
  const [l, w, h] = spec.body;
  const material: MaterialName =
    spec.family === "inductor"
      ? spec.style === "white"
        ? "alumina"
        : "ferrite"
      : varied(["ceramic_tan_0", "ceramic_tan_1", "ceramic_tan_2"], variant);
  const body = inner(l, w, h, skin, 0.05 * Math.min(w, h));
  const parts = [part(body, material, "body")];
  if (spec.family === "inductor" && spec.style === "white")
    parts.push(
      part(
        roundedBox([0, 0], [l - 2 * t - 0.1 * l, w * 0.86], h - skin, h + 0.01, 0.03),
        "overcoat_black",
        "body",
      ),
    );
  return parts;
}

function resistorBody(input: ModelInput, t: number, skin: number): ModelPart[] {
  const { spec, value, variant } = input;
  const [l, w, h] = spec.body;
  const top = h - skin + 0.012;
  const coat: readonly [number, number] = [l - 2 * t + 0.03, w * 0.94];
  const parts = [
    part(inner(l, w, h, skin, 0.02), "alumina", "body"),
    part(roundedBox([0, 0], coat, h - skin - 0.01, top, 0.02), "overcoat_black", "body"),
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

function ledBody(input: ModelInput): ModelPart[] {
  const [l, w, h] = input.spec.body;
  const base = h * 0.35;
  const lens = roundedBox([0, 0], [l * 0.66, w * 0.96], base, h, 0.12 * w);
  const die = roundedBox([0, 0], [l * 0.3, w * 0.5], h, h + 0.01, 0.08 * w);
  const cathode = roundedBox([-l * 0.27, 0], [l * 0.05, w * 0.9], h, h + 0.006, 0.004);
  return [
    part(roundedBox([0, 0], [l * 0.98, w * 0.98], 0.02, base, 0.02), "plastic_white", "body"),
    part(lens, "led_lens", "body"),
    part(die, "led_phosphor", "body"),
    part(cathode, "substrate_green", "mark"),
  ];
}

/** The ceramic block inside the terminations. */
function inner(l: number, w: number, h: number, skin: number, r: number): Surface {
  return roundedBox([0, 0], [l - 2 * skin, w - 2 * skin], skin, h - skin, r, { bottom: true });
}
