import type { Pixels } from "../../kit/images.js";
import { luma } from "./integral.js";

/** How different two pictures are at a shift. `overlap` is the share of the first that both show. */
export type Difference = Readonly<{
  mean: number;
  worstBlock: number;
  overlap: number;
  shift: readonly [number, number];
}>;

export const UNLIKE: Difference = {
  mean: Number.POSITIVE_INFINITY,
  worstBlock: Number.POSITIVE_INFINITY,
  overlap: 0,
  shift: [0, 0],
};

/**
 * The mean absolute luma difference of a[x, y] and b[x + dx, y + dy] where both exist, and the largest difference of
 * the means of 4 × 4 pixel blocks. A re-saved copy has both small; a small defect raises the second alone.
 */
export function difference(a: Pixels, b: Pixels, dx = 0, dy = 0): Difference {
  const left = Math.max(0, -dx);
  const top = Math.max(0, -dy);
  const width = Math.min(a.width, b.width - dx) - left;
  const height = Math.min(a.height, b.height - dy) - top;
  if (width <= 0 || height <= 0) return UNLIKE;
  const across = Math.ceil(width / 4);
  const blocks = new Float64Array(across * Math.ceil(height / 4));
  let sum = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const d = luma(a, (top + y) * a.width + left + x) - luma(b, (top + y + dy) * b.width + left + x + dx);
      sum += Math.abs(d);
      const block = (y >> 2) * across + (x >> 2);
      blocks[block] = (blocks[block] as number) + d;
    }
  let worst = 0;
  blocks.forEach((total, i) => {
    const wide = Math.min(4, width - (i % across) * 4);
    const high = Math.min(4, height - Math.floor(i / across) * 4);
    worst = Math.max(worst, Math.abs(total) / (wide * high));
  });
  return {
    mean: sum / (width * height),
    worstBlock: worst,
    overlap: (width * height) / (a.width * a.height),
    shift: [dx, dy],
  };
}

/** {@link difference} at the best of the nine shifts around (dx, dy): an anchor is off by a pixel now and then. */
export function bestDifference(a: Pixels, b: Pixels, dx: number, dy: number): Difference {
  let best = UNLIKE;
  for (let y = dy - 1; y <= dy + 1; y++)
    for (let x = dx - 1; x <= dx + 1; x++) {
      const d = difference(a, b, x, y);
      if (d.mean < best.mean) best = d;
    }
  return best;
}
