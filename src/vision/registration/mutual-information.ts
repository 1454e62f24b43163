import type { Frame } from "./frame.js";
import { type Level, scaleFixed } from "./pyramid.js";
import type { Samples } from "./samples.js";
import type { Matrix3 } from "./types.js";

/** Grey bins of the photo. */
export const FIXED_BINS = 32;

/** Part of the samples that must fall on the photo for a value to mean anything. */
export const LEAST_INSIDE = 0.3;

export type InformationMeter = Readonly<{
  /** Mutual information of the samples inside, nats; −Infinity with too few of them. */
  valueAt: (map: Matrix3) => number;
  /** Part of the samples that were inside for the last value. */
  insideThere: () => number;
  /** Its derivatives by the first eight numbers of the map of the last value; undefined where that had no value. */
  slopesThere: () => Float64Array | undefined;
}>;

/**
 * Mutual information of moving samples and the photo under a map of the frame, with its derivatives. The photo is
 * sampled bilinearly and spread over its bins by a cubic B-spline (Parzen window), so that the value is smooth in the
 * map; Mattes et al., IEEE TMI 22 (2003), and Thévenaz and Unser, IEEE TIP 9 (2000).
 */
export function informationMeter(
  samples: Samples,
  bins: number,
  photo: Level,
  frame: Frame,
): InformationMeter {
  const { count, u, v, bin } = samples;
  const fixed = scaleFixed(photo, 1.5, FIXED_BINS - 2.5);
  const { width, height, data } = fixed;
  const joint = new Float64Array(bins * FIXED_BINS);
  const ofMoving = new Float64Array(bins);
  const ofFixed = new Float64Array(FIXED_BINS);
  const slope = new Float64Array(bins * FIXED_BINS);
  // Of each sample inside: its number, place and level, kept for the second pass.
  const who = new Int32Array(count);
  const px = new Float32Array(count);
  const py = new Float32Array(count);
  const level = new Float32Array(count);
  const perPixel = frame.radius / photo.factor;
  const off = (photo.factor - 1) / 2;
  const ox = (frame.fx - off) / photo.factor;
  const oy = (frame.fy - off) / photo.factor;

  let last: { map: Matrix3; n: number } | undefined;
  return { valueAt, insideThere: () => (last ? last.n / count : 0), slopesThere };

  function valueAt(map: Matrix3): number {
    last = undefined;
    const [h0, h1, h2, h3, h4, h5, h6, h7] = map;
    joint.fill(0);
    let n = 0;
    for (let i = 0; i < count; i++) {
      const a = u[i]!;
      const b = v[i]!;
      const w = perPixel / (h6 * a + h7 * b + 1);
      const x = (h0 * a + h1 * b + h2) * w + ox;
      const y = (h3 * a + h4 * b + h5) * w + oy;
      if (!(x >= 0 && y >= 0 && x < width - 1 && y < height - 1)) continue;
      const x0 = x | 0;
      const y0 = y | 0;
      const q = y0 * width + x0;
      const fx = x - x0;
      const top = data[q]! + (data[q + 1]! - data[q]!) * fx;
      const low = data[q + width]! + (data[q + width + 1]! - data[q + width]!) * fx;
      const m = top + (low - top) * (y - y0);
      const k = m | 0;
      const t = m - k;
      const s = 1 - t;
      const t2 = t * t;
      const s2 = s * s;
      const o = bin[i]! * FIXED_BINS + k;
      joint[o - 1]! += s2 * s;
      joint[o]! += 4 - 6 * t2 + 3 * t2 * t;
      joint[o + 1]! += 4 - 6 * s2 + 3 * s2 * s;
      joint[o + 2]! += t2 * t;
      who[n] = i;
      px[n] = x;
      py[n] = y;
      level[n++] = m;
    }
    if (n < LEAST_INSIDE * count) return -Infinity;
    last = { map, n };
    return entropies(n);
  }

  /** Mutual information of `joint`; the B-spline weights above are six times too large. */
  function entropies(n: number): number {
    ofMoving.fill(0);
    ofFixed.fill(0);
    const scale = 1 / (6 * n);
    for (let a = 0, o = 0; a < bins; a++)
      for (let b = 0; b < FIXED_BINS; b++, o++) {
        const p = joint[o]! * scale;
        joint[o] = p;
        ofMoving[a]! += p;
        ofFixed[b]! += p;
      }
    let sum = 0;
    for (let a = 0, o = 0; a < bins; a++)
      for (let b = 0; b < FIXED_BINS; b++, o++) {
        const p = joint[o]!;
        if (p <= 1e-12) {
          slope[o] = 0;
          continue;
        }
        const l = Math.log(p / ofFixed[b]!);
        slope[o] = l;
        sum += p * (l - Math.log(ofMoving[a]!));
      }
    return sum;
  }

  /** ∂MI = Σ ∂p(a,b) · ln(p(a,b) / p(b)): the other terms cancel. */
  function slopesThere(): Float64Array | undefined {
    if (!last) return undefined;
    const { map, n } = last;
    const [h0, h1, h2, h3, h4, h5, h6, h7] = map;
    // One by one: from an array they would be boxed, an object for each sum and sample.
    let g0 = 0;
    let g1 = 0;
    let g2 = 0;
    let g3 = 0;
    let g4 = 0;
    let g5 = 0;
    let g6 = 0;
    let g7 = 0;
    for (let j = 0; j < n; j++) {
      const i = who[j]!;
      const m = level[j]!;
      const k = m | 0;
      const t = m - k;
      const s = 1 - t;
      const o = bin[i]! * FIXED_BINS + k;
      const byLevel =
        -s * s * slope[o - 1]! +
        t * (3 * t - 4) * slope[o]! -
        s * (3 * s - 4) * slope[o + 1]! +
        t * t * slope[o + 2]!;
      const x = px[j]!;
      const y = py[j]!;
      const x0 = x | 0;
      const y0 = y | 0;
      const q = y0 * width + x0;
      const fx = x - x0;
      const fy = y - y0;
      const d0 = data[q + 1]! - data[q]!;
      const d1 = data[q + width + 1]! - data[q + width]!;
      const e0 = data[q + width]! - data[q]!;
      const e1 = data[q + width + 1]! - data[q + 1]!;
      const a = u[i]!;
      const b = v[i]!;
      const w = 1 / (h6 * a + h7 * b + 1);
      const gx = byLevel * (d0 + (d1 - d0) * fy) * w;
      const gy = byLevel * (e0 + (e1 - e0) * fx) * w;
      g0 += gx * a;
      g1 += gx * b;
      g2 += gx;
      g3 += gy * a;
      g4 += gy * b;
      g5 += gy;
      const back = gx * (h0 * a + h1 * b + h2) * w + gy * (h3 * a + h4 * b + h5) * w;
      g6 -= back * a;
      g7 -= back * b;
    }
    // The derivative of the B-spline weights above is half a unit of the true ones; levels are in pixels.
    const scale = perPixel / (2 * n);
    return Float64Array.of(g0, g1, g2, g3, g4, g5, g6, g7).map((g) => g * scale);
  }
}
