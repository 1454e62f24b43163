import type { Point } from "../board/board.js";
import { rectangle } from "../shape/outlines.js";
import { regionOf } from "../shape/region.js";
import { stack } from "../shape/solids.js";
import type { Surface } from "../shape/surface.js";
import { joint } from "./joint.js";
import { type GullWing, gullWing, gullWingWalls, placeLead } from "./lead.js";
import { dateCode, dot, type MarkLine, mark, textBlock } from "./mark.js";
import type { LocalPad, ModelInput, ModelPart } from "./model.js";
import { MOULDS, part, varied } from "./parts.js";

/** Moulded bodies with gull-wing leads on two or four sides: SOT, SOIC, TSSOP, QFP. */
export function leaded(input: ModelInput): ModelPart[] {
  const { spec, pads, variant } = input;
  const [bx, by, h] = spec.body;
  const half: readonly [number, number] = [bx / 2, by / 2];
  const signal = pads.filter((p) => !isExposed(p, half));
  const exit = seam(input);
  const parts: ModelPart[] = [
    part(mouldedBody(bx, by, standoff(h), h, exit), varied(MOULDS, variant), "body"),
  ];
  const leads: Surface[] = [];
  const joints: ModelPart[] = [];
  signal.forEach((pad, index) => {
    const outward = sideOf(pad, half);
    const along = outward % 180 === 0 ? 0 : 1;
    const wing = wingFor(input, pad, along as 0 | 1, exit, signal.length);
    const foot: Point = along === 0 ? [0, pad.at[1]] : [pad.at[0], 0];
    leads.push(placeLead(gullWing(wing), foot, outward));
    const walls = gullWingWalls(wing, foot, outward);
    joints.push(
      joint(pad, outward, walls, { variant, index, climb: 1.15, cells: signal.length > 20 ? 2 : 3 }),
    );
  });
  if (leads.length > 0) parts.push(part(leads, "tin_plating_lead", "lead"));
  return [...parts, ...icMarks(input, h), ...joints, ...exposedJoints(pads, half, variant)];
}

/** A pad under the body (thermal): its solder is hidden and flat. */
export function isExposed(pad: LocalPad, half: readonly [number, number]): boolean {
  return Math.abs(pad.at[0]) < half[0] * 0.45 && Math.abs(pad.at[1]) < half[1] * 0.45;
}

export function exposedJoints(
  pads: readonly LocalPad[],
  half: readonly [number, number],
  variant: number,
): ModelPart[] {
  return pads
    .filter((p) => isExposed(p, half))
    .map((pad, index) => joint(pad, 0, [], { variant, index, cells: 2 }));
}

/** On which side of the body the pad lies: degrees of the outward direction. */
export function sideOf(pad: LocalPad, half: readonly [number, number]): number {
  const dx = Math.abs(pad.at[0]) - half[0];
  const dy = Math.abs(pad.at[1]) - half[1];
  if (dx >= dy) return pad.at[0] >= 0 ? 0 : 180;
  return pad.at[1] >= 0 ? 90 : 270;
}

function standoff(h: number): number {
  return h > 1.2 ? 0.1 : 0.05;
}

/** Height of the leads' centre line where they leave the body: the seam between the mould's halves. */
function seam(input: ModelInput): number {
  const h = input.spec.body[2];
  return standoff(h) + (h - standoff(h)) * 0.46;
}

function wingFor(input: ModelInput, pad: LocalPad, along: 0 | 1, exit: number, pins: number): GullWing {
  const [bx, by, h] = input.spec.body;
  const from = (along === 0 ? bx : by) / 2;
  const [length, breadth] = along === 0 ? pad.size : [pad.size[1], pad.size[0]];
  const middle = Math.abs(pad.at[along]);
  const inner = Math.max(from + 0.08, middle - length / 2);
  const outer = middle + length / 2;
  const toe = outer - Math.min(0.35, 0.24 * (outer - inner));
  const heel = Math.max(inner + 0.08 * (outer - inner), toe - 0.62 * (outer - inner));
  return {
    from,
    exit,
    heel,
    toe,
    width: breadth * (breadth > 1.5 ? 0.94 : 0.72),
    thickness: h > 1.25 ? 0.2 : 0.13,
    coarse: pins > 40,
  };
}

/** Two draft angles that meet at the seam, a narrow bevel on top, small corner radii. */
export function mouldedBody(bx: number, by: number, z0: number, z1: number, at: number): Surface {
  const r = Math.min(0.12, 0.05 * Math.min(bx, by));
  const draft = Math.tan((7 * Math.PI) / 180);
  const level = (z: number, inset: number) => ({ z, x: bx / 2 - inset, y: by / 2 - inset, r });
  const top = draft * (z1 - at);
  const bevel = Math.min(0.06, 0.08 * (z1 - z0));
  return stack([
    level(z0, draft * (at - z0)),
    level(at - 0.02, 0),
    level(at + 0.02, 0),
    level(z1 - bevel, top * 0.9),
    level(z1 - bevel * 0.3, top + bevel * 0.25),
    level(z1, top + bevel),
  ]);
}

/** Laser marks: the type, a lot line and a date line, and the dot of pin 1 (a bar on the smallest bodies). */
export function icMarks(input: ModelInput, z: number): ModelPart[] {
  const { spec, value, variant, pads } = input;
  const [bx, by] = spec.body;
  const name = value.trim() === "" ? spec.name : value.trim();
  if (spec.family === "sot" && Math.max(bx, by) < 4) return sotMark(input, name, z);
  const corner = pinOneCorner(pads);
  const lot = `${name.slice(0, 2)}${((name.length * 7919 + variant * 104729) % 90000) + 10000}`;
  const lines = by > 2.4 && bx > 2.4 ? [name.slice(0, 12), lot, dateCode(variant)] : [name.slice(0, 8)];
  // Text runs along the longer side, and reads with pin 1 at its lower left.
  const upright = by > bx * 1.15;
  const [across, down] = upright ? [by, bx] : [bx, by];
  const block = textBlock(lines, [0, 0], across * 0.66, down * 0.6, 1.1);
  const turned: MarkLine[] = upright
    ? block.map((l) => ({ ...l, at: [-l.at[1], l.at[0]] as const, rotation: 90 }))
    : block;
  const radius = Math.min(0.4, Math.max(0.09, 0.055 * Math.min(bx, by)));
  const inset = radius * 2.3 + 0.05;
  const spot: Point = [corner[0] * (bx / 2 - inset), corner[1] * (by / 2 - inset)];
  return mark(turned, [dot(spot, radius)], z, "laser_mark");
}

function sotMark(input: ModelInput, name: string, z: number): ModelPart[] {
  const [bx, by] = input.spec.body;
  const code = name.replace(/[^A-Za-z0-9]/g, "").slice(-3) || "A1";
  const vertical = by > bx;
  const [across, down] = vertical ? [by, bx] : [bx, by];
  const lines = textBlock([code], [0, 0], across * 0.62, down * 0.7);
  const turned = lines.map((l) => ({ ...l, rotation: vertical ? 90 : 0, weight: 0.12 }));
  // The bar along the end where pin 1 sits, as on the smallest parts with five and more pins.
  const corner = pinOneCorner(input.pads);
  const bar = vertical
    ? rectangle([0, corner[1] * by * 0.41], bx * 0.6, 0.06)
    : rectangle([corner[0] * bx * 0.41, 0], 0.06, by * 0.6);
  const figures = input.pads.length > 3 ? [regionOf([{ outline: bar, holes: [] }])] : [];
  return mark(turned, figures, z, "laser_mark");
}

/** The corner of the body (signs of x and y) nearest to pin 1. */
export function pinOneCorner(pads: readonly LocalPad[]): readonly [1 | -1, 1 | -1] {
  const first = pads.find((p) => p.pin === "1" || p.pin === "A1") ?? pads[0];
  if (!first) return [-1, 1];
  const [x, y] = first.at;
  const sign = (v: number, other: 1 | -1): 1 | -1 => (v > 1e-6 ? 1 : v < -1e-6 ? -1 : other);
  return [sign(x, -1), sign(y, 1)];
}
