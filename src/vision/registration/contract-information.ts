import type { Size } from "./matrix.js";
import type { Fixed, Matrix3, Moving } from "./types.js";

/** Coverage below which mutual information is −∞ (contract 4.3). */
const LEAST_COVERAGE = 0.05;

/** Interleaved 8-bit pixels of any number of channels. */
export type Bytes = Readonly<Size & { channels: number; data: Uint8Array }>;

/** The photo in the moving picture's grid: `valid` is 1 and `data` not 0 only where the photo reaches. */
export type Resampled = Bytes &
  Readonly<{ valid: Uint8Array /** Part of the grid that is valid. */; covered: number }>;

/**
 * Resamples the photo through `map` as contract 4.2 does: bilinear, valid where the whole-number part lies at least one
 * pixel before the last, 0 elsewhere, halves rounded to even.
 */
export function resample(photo: Bytes, map: Matrix3, { width, height }: Size): Resampled {
  const { channels, data, width: fw, height: fh } = photo;
  const out = new Uint8Array(width * height * channels);
  const valid = new Uint8Array(width * height);
  const [h0, h1, h2, h3, h4, h5, h6, h7] = map;
  const row = fw * channels;
  let covered = 0;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const w = 1 / (h6 * x + h7 * y + 1);
      const px = (h0 * x + h1 * y + h2) * w;
      const py = (h3 * x + h4 * y + h5) * w;
      const x0 = Math.floor(px);
      const y0 = Math.floor(py);
      if (!(x0 >= 0 && y0 >= 0 && x0 < fw - 1 && y0 < fh - 1)) continue;
      covered++;
      valid[i] = 1;
      const fx = px - x0;
      const fy = py - y0;
      const q = (y0 * fw + x0) * channels;
      for (let c = q; c < q + channels; c++) {
        const top = data[c]! * (1 - fx) + data[c + channels]! * fx;
        const low = data[c + row]! * (1 - fx) + data[c + row + channels]! * fx;
        out[i * channels + c - q] = roundEven(top * (1 - fy) + low * fy);
      }
    }
  return { width, height, channels, data: out, valid, covered: covered / (width * height) };
}

function roundEven(v: number): number {
  const low = Math.floor(v);
  const rest = v - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low & 1 ? low + 1 : low;
}

export type ContractInformation = Readonly<{ value: number; covered: number }>;

/**
 * Mutual information times coverage of contract 4.3: `bins` equal steps of 8-bit grey, all valid pixels, nats; −∞ below
 * 5 % coverage.
 */
export function contractInformation(
  moving: Moving,
  fixed: Fixed,
  map: Matrix3,
  bins = 64,
): ContractInformation {
  const there = resample({ ...fixed, channels: 1, data: fixed.grey }, map, moving);
  const { valid, data, covered } = there;
  if (covered < LEAST_COVERAGE) return { value: -Infinity, covered };
  const step = 256 / bins;
  const binOf = Uint8Array.from({ length: 256 }, (_, v) => Math.min(Math.floor(v / step), bins - 1));
  const joint = new Uint32Array(bins * bins);
  const rows = new Uint32Array(bins);
  const columns = new Uint32Array(bins);
  let n = 0;
  for (let i = 0; i < data.length; i++) {
    if (valid[i] === 0) continue;
    const a = binOf[moving.grey[i]!]!;
    const b = binOf[data[i]!]!;
    joint[a * bins + b]!++;
    rows[a]!++;
    columns[b]!++;
    n++;
  }
  let sum = 0;
  for (let a = 0, i = 0; a < bins; a++)
    for (let b = 0; b < bins; b++, i++) {
      const k = joint[i]!;
      if (k > 0) sum += (k / n) * Math.log((k * n) / (rows[a]! * columns[b]!));
    }
  return { value: sum * covered, covered };
}
