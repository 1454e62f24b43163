import type { Plane } from "../../vision/index.js";

/** Least part of the fixed picture that the moving one must cover. */
const LEAST_OVERLAP = 0.05;
/** Pixels that are looked at; large pictures are sampled on a grid. */
const MOST_SAMPLES = 40_000;

/**
 * Mutual information of two pictures, `moving` looked up where `map` says (x' = a·x + b·y + c, y' = d·x + e·y + f):
 * Σ p·ln(p / (pₐ·p_b)) over a joint histogram, times the overlapping part (dig 7.4). 0 below 5 % overlap.
 */
export function mutualInformation(
  fixed: Plane,
  moving: Plane,
  map: readonly [number, number, number, number, number, number],
  bins: number,
): number {
  const joint = new Float64Array(bins * bins);
  const scale = (bins - 1e-3) / 256;
  const step = Math.max(1, Math.ceil(Math.sqrt(fixed.data.length / MOST_SAMPLES)));
  const [a, b, c, d, e, f] = map;
  const { width, height } = moving;
  let n = 0;
  let all = 0;
  for (let y = 0; y < fixed.height; y += step)
    for (let x = 0; x < fixed.width; x += step) {
      all++;
      const u = a * x + b * y + c;
      const v = d * x + e * y + f;
      if (u < 0 || v < 0 || u > width - 1 || v > height - 1) continue;
      const x0 = Math.min(u | 0, Math.max(width - 2, 0));
      const y0 = Math.min(v | 0, Math.max(height - 2, 0));
      const fx = u - x0;
      const fy = v - y0;
      const i = y0 * width + x0;
      const right = width > 1 ? 1 : 0;
      const down = height > 1 ? width : 0;
      const top = moving.data[i] + (moving.data[i + right] - moving.data[i]) * fx;
      const low = moving.data[i + down] + (moving.data[i + down + right] - moving.data[i + down]) * fx;
      // The value is shared between the two nearest bins, so that the measure has no steps below a pixel.
      const at = (top + (low - top) * fy) * scale - 0.5;
      const bin = Math.floor(at);
      const part = at - bin;
      const row = ((fixed.data[y * fixed.width + x] * scale) | 0) * bins;
      joint[row + Math.max(0, bin)] += 1 - part;
      joint[row + Math.min(bins - 1, bin + 1)] += part;
      n++;
    }
  if (n < LEAST_OVERLAP * all || n === 0) return 0;
  return (entropies(joint, bins, n) * n) / all;
}

function entropies(joint: Float64Array, bins: number, n: number): number {
  const rows = new Float64Array(bins);
  const columns = new Float64Array(bins);
  for (let r = 0; r < bins; r++)
    for (let k = 0; k < bins; k++) {
      rows[r] += joint[r * bins + k];
      columns[k] += joint[r * bins + k];
    }
  let sum = 0;
  for (let r = 0; r < bins; r++)
    for (let k = 0; k < bins; k++) {
      const count = joint[r * bins + k];
      if (count > 0) sum += count * Math.log((count * n) / (rows[r] * columns[k]));
    }
  return sum / n;
}
