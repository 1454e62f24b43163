import type { Point } from "../board/board.js";
import type { Vec3 } from "../model.js";
import { rectangle } from "../shape/outlines.js";
import { regionOf } from "../shape/region.js";
import { loft, revolve, roundedBox } from "../shape/solids.js";
import type { Surface } from "../shape/surface.js";
import { joint } from "./joint.js";
import { mark, textBlock } from "./mark.js";
import type { ModelInput, ModelPart } from "./model.js";
import { part } from "./parts.js";

/**
 * Aluminium electrolytic capacitor for surface mount: black base plate with two cut corners at the positive
 * end (−X, pin 1), can with a crimped groove, black sector over the negative end, printed values.
 */
export function electrolytic(input: ModelInput): ModelPart[] {
  const { spec, value, variant, pads } = input;
  const [d, , h] = spec.body;
  const r = d / 2;
  const plate = r * 1.04;
  const base = Math.min(1.1, 0.18 * h);
  const profile = [
    [r * 0.9, base * 0.7],
    [r * 0.97, base + 0.05],
    [r * 0.97, base + 0.3],
    [r * 0.9, base + 0.55],
    [r * 0.97, base + 0.8],
    [r * 0.97, h - 0.35],
    [r * 0.955, h - 0.16],
    [r * 0.9, h - 0.04],
    [r * 0.83, h],
  ] as const;
  const sector: Point[] = [];
  const from = Math.acos(0.5);
  for (let k = 0; k <= 12; k++) {
    const a = -from + (2 * from * k) / 12;
    sector.push([r * 0.84 * Math.cos(a), r * 0.84 * Math.sin(a)]);
  }
  const text =
    value.trim() === ""
      ? ["100", "16V"]
      : value
          .trim()
          .split(/[\s/_]+/)
          .slice(0, 2);
  const lines = textBlock([...text, ["RVT", "UT", "FK"][variant % 3]], [-0.12 * d, 0], d * 0.45, d * 0.62);
  const tabs = pads.map((pad) => {
    const side = pad.at[0] >= 0 ? 1 : -1;
    const inner = r * 0.4;
    const outer = Math.abs(pad.at[0]) + pad.size[0] * 0.28;
    return roundedBox(
      [(side * (inner + outer)) / 2, 0],
      [outer - inner, Math.min(0.65, pad.size[1] * 0.6)],
      0,
      0.16,
      0.03,
    );
  });
  return [
    part(basePlate(plate, base), "plastic_black", "body"),
    part(revolve(profile, [0, 0], 40), "aluminium", "body", 35),
    part(tabs, "tin_plating_lead", "lead"),
    ...mark([], [regionOf([{ outline: sector, holes: [] }])], h, "print_black"),
    ...mark(lines, [], h, "print_dark"),
    ...pads.map((pad, index) => {
      const side = pad.at[0] >= 0 ? 1 : -1;
      const outer = Math.abs(pad.at[0]) + pad.size[0] * 0.28;
      const outline = rectangle(
        [(side * (r * 0.4 + outer)) / 2, 0],
        outer - r * 0.4,
        Math.min(0.65, pad.size[1] * 0.6),
      );
      return joint(pad, side > 0 ? 0 : 180, [{ outline, height: 0.17 }], { variant, index });
    }),
  ];
}

function basePlate(half: number, height: number): Surface {
  const cut = half * 0.42;
  const ring = (inset: number, z: number): Vec3[] => {
    const a = half - inset;
    return [
      [-a + cut, -a, z],
      [a, -a, z],
      [a, a, z],
      [-a + cut, a, z],
      [-a, a - cut, z],
      [-a, -a + cut, z],
    ];
  };
  return loft([ring(0, 0.08), ring(0, height - 0.08), ring(0.08, height)]);
}
