import type { Mask } from "./mask.js";
import { type Plane, plane } from "./plane.js";

const FAR = 1e12;

/**
 * Euclidean distance in pixels from every pixel to the nearest pixel of the mask; 0 inside, a very large number
 * (1e6) everywhere when the mask is empty. Exact: lower envelopes of parabolas, columns then rows
 * (Felzenszwalb and Huttenlocher), linear time.
 */
export function distanceTo(m: Mask): Plane {
  const { width, height } = m;
  const squared = new Float64Array(width * height);
  for (let i = 0; i < squared.length; i++) squared[i] = m.data[i] ? 0 : FAR;
  const longest = Math.max(width, height);
  const line = new Float64Array(longest);
  const result = new Float64Array(longest);
  const parabola = new Int32Array(longest);
  const border = new Float64Array(longest + 1);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) line[y] = squared[y * width + x];
    envelope(line, height, result, parabola, border);
    for (let y = 0; y < height; y++) squared[y * width + x] = result[y];
  }
  const out = plane(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) line[x] = squared[y * width + x];
    envelope(line, width, result, parabola, border);
    for (let x = 0; x < width; x++) out.data[y * width + x] = Math.min(1e6, Math.sqrt(result[x]));
  }
  return out;
}

function envelope(
  f: Float64Array,
  n: number,
  out: Float64Array,
  parabola: Int32Array,
  border: Float64Array,
): void {
  let k = 0;
  parabola[0] = 0;
  border[0] = -Infinity;
  border[1] = Infinity;
  for (let q = 1; q < n; q++) {
    let s = crossing(f, q, parabola[k]);
    while (k > 0 && s <= border[k]) {
      k--;
      s = crossing(f, q, parabola[k]);
    }
    k++;
    parabola[k] = q;
    border[k] = s;
    border[k + 1] = Infinity;
  }
  k = 0;
  for (let q = 0; q < n; q++) {
    while (border[k + 1] < q) k++;
    const p = parabola[k];
    out[q] = (q - p) * (q - p) + f[p];
  }
}

function crossing(f: Float64Array, q: number, p: number): number {
  return (f[q] + q * q - (f[p] + p * p)) / (2 * q - 2 * p);
}
