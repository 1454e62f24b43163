import type { Mask } from "../../vision/index.js";

/**
 * Half widths of the rows of an elliptical structuring element of side `2·radius + 1` (contract 4.6), from the top:
 * `round(√(radius² − dy²))`, halves to even.
 */
export function ellipseRows(radius: number): readonly number[] {
  const rows: number[] = [];
  for (let dy = -radius; dy <= radius; dy++) rows.push(roundHalfEven(Math.sqrt(radius * radius - dy * dy)));
  return rows;
}

/** Morphological closing with the elliptical element; what lies outside the image neither grows nor shrinks it. */
export function closeEllipse(mask: Mask, radius: number): Mask {
  if (radius <= 0) return mask;
  const rows = ellipseRows(radius);
  return erode(dilate(mask, rows), rows);
}

function dilate(mask: Mask, rows: readonly number[]): Mask {
  return sweep(mask, rows, 0, (inside) => inside > 0);
}

function erode(mask: Mask, rows: readonly number[]): Mask {
  return sweep(mask, rows, 1, (inside, window) => inside < window);
}

/** Starts from `from` everywhere and flips a pixel as soon as one row of the element says so. */
function sweep(
  { width, height, data }: Mask,
  rows: readonly number[],
  from: 0 | 1,
  flips: (inside: number, window: number) => boolean,
): Mask {
  const sums = rowSums(data, width, height);
  const out = new Uint8Array(data.length).fill(from);
  const radius = (rows.length - 1) / 2;
  for (let y = 0; y < height; y++)
    for (let dy = Math.max(-radius, -y); dy <= Math.min(radius, height - 1 - y); dy++) {
      const reach = rows[dy + radius] as number;
      const base = (y + dy) * (width + 1);
      for (let x = 0, o = y * width; x < width; x++, o++) {
        if (out[o] !== from) continue;
        const left = x > reach ? x - reach : 0;
        const right = x + reach + 1 < width ? x + reach + 1 : width;
        if (flips(sums[base + right] - sums[base + left], right - left)) out[o] = 1 - from;
      }
    }
  return { width, height, data: out };
}

/** Running sums of each row, `width + 1` numbers a row. */
function rowSums(data: Uint8Array, width: number, height: number): Int32Array {
  const sums = new Int32Array((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0, o = y * (width + 1); x < width; x++, o++) sums[o + 1] = sums[o] + data[y * width + x];
  return sums;
}

function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}
