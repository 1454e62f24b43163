import type { Placement } from "../board/board.js";
import { recognise } from "../packages/index.js";

/** Millimetres beyond the body that pins and their lands take. */
const BEYOND: Readonly<Record<string, readonly [x: number, y: number]>> = {
  resistor: [0.6, 0.3],
  capacitor: [0.6, 0.3],
  inductor: [0.7, 0.4],
  led: [0.7, 0.4],
  diode: [1.3, 0.3],
  tantalum: [1, 0.3],
  electrolytic: [2, 0.8],
  crystal: [0.7, 0.5],
  sot: [1.3, 0.5],
  soic: [2.2, 0.5],
  qfp: [1.8, 1.8],
  qfn: [0.7, 0.7],
  bga: [0.2, 0.2],
};
const OTHER: readonly [number, number] = [1.5, 1.5];

/**
 * How far a package reaches from its middle with its pins, along the axes of its own frame, as far as its name tells;
 * undefined when it does not. Parts whose rows may lie either way reach as far along both axes.
 */
export function reachOf(p: Placement): readonly [x: number, y: number] | undefined {
  const { spec } = recognise({ ...p, pads: [] });
  if (!spec) return undefined;
  const [dx, dy] = BEYOND[spec.family] ?? OTHER;
  const [x, y] = [spec.body[0] / 2 + dx, spec.body[1] / 2 + dy];
  const square = ["sot", "soic", "connector", "button", "header"].includes(spec.family);
  return square ? [Math.max(x, y), Math.max(x, y)] : [x, y];
}
