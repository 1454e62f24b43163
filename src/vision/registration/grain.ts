import type { Level } from "./pyramid.js";

/** Blocks of pixels whose changes of grey are summed, and how many of them around a place are looked at on each side. */
const BLOCK = 4;
const AROUND = 2;

/** Part of an edge's strength that runs along it only because printed and etched edges wander (a slope of a sixth). */
const WANDER = 0.03;

/** Mean squared change of grey, per pixel, below which there is nothing but noise. */
const FLAT = 1;

/**
 * Which changes of grey tell a place, at each of the chosen pixels: matrices `xx, xy, yy` that keep what lies across the
 * edges around it (20 pixels) and as much of what lies along them as is more than their wandering. A straight trace
 * keeps nothing along itself, a corner all, a flat place nothing at all: noise has changes too, and taken for structure
 * they would make a sparse board look well determined. From the eigenvalues of the structure tensor (Förstner and Gülch, 1987).
 */
export function grainAt({ width, height, data }: Level, chosen: Int32Array): Float32Array {
  const columns = Math.ceil(width / BLOCK);
  const rows = Math.ceil(height / BLOCK);
  const sums = new Float64Array(3 * columns * rows);
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const gx = (data[i + 1]! - data[i - 1]!) / 2;
      const gy = (data[i + width]! - data[i - width]!) / 2;
      const k = 3 * (((y / BLOCK) | 0) * columns + ((x / BLOCK) | 0));
      sums[k]! += gx * gx;
      sums[k + 1]! += gx * gy;
      sums[k + 2]! += gy * gy;
    }
  const of = new Float32Array(sums.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      let xx = 0;
      let xy = 0;
      let yy = 0;
      for (let j = Math.max(0, r - AROUND); j <= Math.min(rows - 1, r + AROUND); j++)
        for (let i = Math.max(0, c - AROUND); i <= Math.min(columns - 1, c + AROUND); i++) {
          const k = 3 * (j * columns + i);
          xx += sums[k]!;
          xy += sums[k + 1]!;
          yy += sums[k + 2]!;
        }
      keep(of, 3 * (r * columns + c), xx, xy, yy);
    }
  const out = new Float32Array(3 * chosen.length);
  for (let i = 0, o = 0; i < chosen.length; i++, o += 3) {
    const x = chosen[i]! % width;
    const y = (chosen[i]! - x) / width;
    const k = 3 * (((y / BLOCK) | 0) * columns + ((x / BLOCK) | 0));
    out[o] = of[k]!;
    out[o + 1] = of[k + 1]!;
    out[o + 2] = of[k + 2]!;
  }
  return out;
}

/** Writes the matrix that a structure tensor leaves to `out[at …]`; zeros where there is nothing. */
function keep(out: Float32Array, at: number, xx: number, xy: number, yy: number): void {
  const mean = (xx + yy) / 2;
  const half = Math.hypot((xx - yy) / 2, xy);
  const strong = mean + half;
  const weak = Math.max(0, mean - half);
  if (strong < FLAT * (BLOCK * (2 * AROUND + 1)) ** 2) return;
  const along = Math.sqrt(Math.max(0, 1 - (WANDER * strong) / Math.max(weak, 1e-9)));
  const even = half < 1e-9 * mean;
  // The projection on the strong direction is (tensor − weak) / (strong − weak).
  const px = even ? 0 : (xx - weak) / (strong - weak);
  const pxy = even ? 0 : xy / (strong - weak);
  const py = even ? 0 : (yy - weak) / (strong - weak);
  out[at] = px + along * (1 - px);
  out[at + 1] = pxy * (1 - along);
  out[at + 2] = py + along * (1 - py);
}
