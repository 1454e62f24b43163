import type { Pixels } from "../../kit/images.js";

/** Sums of luma over every rectangle from the upper left corner: the mean of any rectangle is four look-ups. */
export type Integral = Readonly<{ width: number; height: number; sums: Float64Array }>;

/** Luma of one pixel (Rec. 601 weights). */
export function luma(image: Pixels, at: number): number {
  const { data, channels } = image;
  if (channels === 1) return data[at] as number;
  const o = at * 3;
  return 0.299 * (data[o] as number) + 0.587 * (data[o + 1] as number) + 0.114 * (data[o + 2] as number);
}

export function integralOf(image: Pixels): Integral {
  const { width, height } = image;
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0, at = y * width, to = (y + 1) * stride + 1; x < width; x++, at++, to++) {
      row += luma(image, at);
      sums[to] = (sums[to - stride] as number) + row;
    }
  }
  return { width, height, sums };
}

/** Mean luma of the pixels left ≤ x < right, top ≤ y < bottom; the rectangle must lie inside and not be empty. */
export function boxMean(i: Integral, left: number, top: number, right: number, bottom: number): number {
  const { sums } = i;
  const [upper, lower] = [top * (i.width + 1), bottom * (i.width + 1)];
  const sum =
    (sums[lower + right] as number) -
    (sums[lower + left] as number) -
    (sums[upper + right] as number) +
    (sums[upper + left] as number);
  return sum / ((right - left) * (bottom - top));
}

/**
 * Mean over a grid of `columns` × `rows` cells. Cell borders are rounded, so that a mirrored picture gives the
 * mirrored grid; a cell without a pixel takes the nearest.
 */
export function meanGrid(i: Integral, columns: number, rows: number): Float64Array {
  const cuts = (cells: number, size: number) =>
    Array.from({ length: cells }, (_, k) => {
      const from = Math.min(
        size - 1,
        size < cells ? Math.floor((k * size) / cells) : Math.round((k * size) / cells),
      );
      return [from, Math.max(from + 1, size < cells ? 0 : Math.round(((k + 1) * size) / cells))] as const;
    });
  const across = cuts(columns, i.width);
  const out = new Float64Array(columns * rows);
  let to = 0;
  for (const [top, bottom] of cuts(rows, i.height))
    for (const [left, right] of across) out[to++] = boxMean(i, left, top, right, bottom);
  return out;
}
