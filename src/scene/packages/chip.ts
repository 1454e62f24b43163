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
  const caps = [1, -1].map((side) => termination(l, w, h, t, skin, bow, side, input.variant));
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
 * The cap on one end: five faces around the body, rounded edges, and a shallow dish in the top as baked paste
 * leaves. The inner edge bows towards the middle of the part by `bow`.
 */
function termination(
  l: number,
  w: number,
  h: number,
  t: number,
  skin: number,
  bow: number,
  side: number,
  variant: number,
): Surface {
  const [hy, hz] = [w / 2, h / 2];
  const r = Math.min(0.14 * Math.min(w, h), 0.09);
  const section = crossSection(hy, hz, r);
  const stations: readonly (readonly [x: number, inset: number])[] = [
    [l / 2, r * 0.92],
    [l / 2 - r * 0.3, r * 0.29],
    [l / 2 - r, 0],
    [l / 2 - r - (t - r) * 0.5, 0],
    [l / 2 - t, 0],
    [l / 2 - t - skin * 0.4, skin * 1.2],
  ];
  const dish = 0.016 * Math.min(1, w) * (0.8 + 0.3 * (variant % 3));
  const rings = stations.map(([x, inset], i) =>
    section.map(([y, z]): Vec3 => {
      const edge = i >= 4 ? 1 : i === 3 ? 0.5 : 0;
      const across = Math.abs(z) >= hz - 1e-9 ? 1 - (y / hy) ** 2 : 0.2 * (1 - (z / hz) ** 2);
      const k = 1 - inset / Math.min(hy, hz);
      const sunk = i === 3 && z > hz - 1e-9 ? dish * Math.max(0, 1 - (y / (hy - r)) ** 2) : 0;
      return [x - bow * edge * across, y * k, hz + z * k - sunk];
    }),
  );
  // The rings run from the end inwards, against their winding.
  const shell = flip(loft(rings));
  return side > 0 ? shell : map(shell, ([x, y, z]) => [-x, y, z], true);
}

/** A rounded rectangle in (y, z), counter-clockwise seen from +X, with extra corners along its top. */
function crossSection(hy: number, hz: number, r: number): (readonly [number, number])[] {
  const ring = rectangle([0, 0], 2 * hy, 2 * hz, r, 2).map((p) => [p[0], p[1]] as const);
  const out: (readonly [number, number])[] = [];
  ring.forEach((p, i) => {
    out.push(p);
    const next = ring[(i + 1) % ring.length];
    const top = p[1] > hz - 1e-9 && next[1] > hz - 1e-9;
    if (top) for (const f of [0.25, 0.5, 0.75]) out.push([p[0] + (next[0] - p[0]) * f, p[1]]);
  });
  return out;
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
