import type { PythonRandom } from "../../kit/python-random.js";
import type { Box } from "../../vision/index.js";

/** Which point of a shape comes to lie on which point of a region; `random` draws one inside its box. */
export const ALIGNMENTS = [
  "center",
  "top_left",
  "top_right",
  "bottom_left",
  "bottom_right",
  "top_center",
  "bottom_center",
  "left_center",
  "right_center",
  "random",
] as const;

export type Alignment = (typeof ALIGNMENTS)[number];

export type Point = Readonly<{ x: number; y: number }>;

type Side = "low" | "middle" | "high";

function sideX(alignment: Alignment): Side {
  return /left/.test(alignment) ? "low" : /right/.test(alignment) ? "high" : "middle";
}

function sideY(alignment: Alignment): Side {
  return /top/.test(alignment) ? "low" : /bottom/.test(alignment) ? "high" : "middle";
}

/** The pixel of a `width × height` shape that stays in place while it is changed; its middle for `random`. */
export function fixedPoint(alignment: Alignment, width: number, height: number): Point {
  const on = (side: Side, size: number): number =>
    side === "low" ? 0 : side === "high" ? size - 1 : Math.floor(size / 2);
  return { x: on(sideX(alignment), width), y: on(sideY(alignment), height) };
}

/** The same point of a region's box as a length from its corner, not rounded: what ranges are reckoned from. */
export function anchorOf(alignment: Alignment, width: number, height: number): Point {
  const on = (side: Side, size: number): number => (side === "low" ? 0 : side === "high" ? size : size / 2);
  return { x: on(sideX(alignment), width), y: on(sideY(alignment), height) };
}

/** The pixel of the image that the fixed point is put on; `random` draws x, then y. */
export function targetIn(alignment: Alignment, box: Box, random: PythonRandom): Point {
  const right = box.x + box.width - 1;
  const bottom = box.y + box.height - 1;
  if (alignment === "random") {
    const x = random.randint(box.x, right);
    return { x, y: random.randint(box.y, bottom) };
  }
  const on = (side: Side, low: number, high: number): number =>
    side === "low" ? low : side === "high" ? high : Math.floor((low + high) / 2);
  return { x: on(sideX(alignment), box.x, right), y: on(sideY(alignment), box.y, bottom) };
}
