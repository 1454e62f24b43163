import type { Box } from "../../vision/index.js";
import { padded, type Roi } from "./roi.js";

/** Which pairs of crops are cut out together (contract 4.6). */
export type BridgeRules = Readonly<{
  /** Largest distance between the tight boxes, pixels. */
  distance: number;
  /** Both regions must be of these classes; empty: any. */
  classes: readonly string[];
}>;

export type Bridge = Readonly<{
  /** Indices into the list of regions. */
  pair: readonly [number, number];
  inner: Box;
  crop: Box;
  distance: number;
}>;

/** Pairs of near regions, where a solder bridge could lie, in the order of the list. */
export function findBridges(
  rois: readonly Roi[],
  rules: BridgeRules,
  offset: number,
  image: Readonly<{ width: number; height: number }>,
): readonly Bridge[] {
  const able = rois
    .map((roi, index) => ({ ...roi, index }))
    .filter((roi) => rules.classes.length === 0 || rules.classes.includes(roi.dominant));
  const bridges: Bridge[] = [];
  able.forEach((a, i) => {
    for (const b of able.slice(i + 1)) {
      const distance = gap(a.inner, b.inner);
      if (distance > rules.distance) continue;
      const inner = unionBox(a.inner, b.inner);
      bridges.push({ pair: [a.index, b.index], inner, crop: padded(inner, offset, image), distance });
    }
  });
  return bridges;
}

/** Euclidean distance between the outermost pixels of two boxes; 0 when they overlap. */
export function gap(a: Box, b: Box): number {
  const dx = Math.max(0, b.x - (a.x + a.width - 1), a.x - (b.x + b.width - 1));
  const dy = Math.max(0, b.y - (a.y + a.height - 1), a.y - (b.y + b.height - 1));
  return Math.sqrt(dx * dx + dy * dy);
}

export function unionBox(a: Box, b: Box): Box {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}
