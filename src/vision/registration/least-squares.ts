import { ranked } from "./rank.js";

/** Values of one Gauss–Newton round: photo grey, its prediction, derivatives by each parameter, and who is inside. */
export type Round = Readonly<{
  count: number;
  parameters: number;
  photo: Float32Array;
  predicted: Float32Array;
  derivatives: Float32Array;
  /** Squared change of the photo's grey by one pixel. */
  steep: Float32Array;
  inside: Uint8Array;
  /** Cells of one light. */
  cell: Uint16Array;
  cells: number;
}>;

/** Residuals beyond this many standard deviations say nothing (Tukey's biweight, 95 % efficient on normal noise). */
const CUT = 4.685;

/** Least noise, grey levels, and least wander of edges, pixels: below that they are rounding. */
const LEAST_NOISE = 0.5;
const LEAST_WANDER = 0.02;

/** Residuals that are looked at for a median. */
const MOST_LOOKED = 8000;

/** Weighted normal equations `normal · step = right` (lower half); with the scores of each cell where asked for. */
export type Equations = Readonly<{ normal: Float64Array; right: Float64Array; scores: Float64Array }>;

/**
 * The equations of the step that shrinks `photo − offset − gain · predicted` most, where each cell has an offset and a
 * gain of its own (eliminated), with weights that drop what fits nowhere. Noise has two parts: of grey, the same
 * everywhere, and of place, since printed and etched edges wander: a residual on a steep edge is large because the edge
 * lies a little aside, not because it is another thing's.
 */
export function robustEquations(round: Round): Equations {
  const { count, photo, predicted, inside, cell, steep } = round;
  const weight = new Float32Array(inside);
  const residual = new Float64Array(count);
  let light = fitLight(round, weight);
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < count; i++) {
      const k = 2 * cell[i]!;
      residual[i] = photo[i]! - light[k]! - light[k + 1]! * predicted[i]!;
    }
    const { noise, wander } = spreads(round, residual);
    for (let i = 0; i < count; i++) {
      const variance = noise * noise + wander * wander * steep[i]!;
      const z = residual[i]! / CUT;
      const rest = 1 - (z * z) / variance;
      weight[i] = inside[i] === 0 || rest <= 0 ? 0 : (rest * rest) / variance;
    }
    light = fitLight(round, weight);
  }
  return equations(round, weight, light);
}

/** Robust standard deviations of grey, from the flatter half, and of the places of edges, from the steeper half. */
function spreads({ count, inside, steep }: Round, residual: Float64Array): { noise: number; wander: number } {
  const every = Math.max(1, Math.floor(count / MOST_LOOKED));
  const some = new Int32Array(Math.ceil(count / every));
  const values = new Float32Array(some.length);
  let looked = 0;
  for (let i = 0; i < count; i += every)
    if (inside[i]) {
      values[looked] = steep[i]!;
      some[looked++] = i;
    }
  const middle = median(values, looked);
  let n = 0;
  for (let j = 0; j < looked; j++) {
    const i = some[j]!;
    if (steep[i]! <= middle) values[n++] = Math.abs(residual[i]!);
  }
  const noise = Math.max(LEAST_NOISE, 1.4826 * median(values, n));
  // Steep enough that a pixel of wander would be far above the noise.
  const edge = Math.max(middle, 9 * noise * noise);
  n = 0;
  for (let j = 0; j < looked; j++) {
    const i = some[j]!;
    const r = residual[i]!;
    if (steep[i]! > edge) values[n++] = Math.max(0, r * r - noise * noise) / steep[i]!;
  }
  return { noise, wander: Math.max(LEAST_WANDER, 1.4826 * Math.sqrt(median(values, n))) };
}

/** The middle one of the first `count` values, which are reordered; 0 for none. */
function median(list: Float32Array, count: number): number {
  return ranked(list, count, count >> 1) ?? 0;
}

/** Offset and gain of each cell by weighted linear regression. */
function fitLight({ count, photo, predicted, cell, cells }: Round, weight: Float32Array): Float64Array {
  const s = new Float64Array(cells * 5);
  for (let i = 0; i < count; i++) {
    const w = weight[i]!;
    if (w === 0) continue;
    const k = 5 * cell[i]!;
    const q = predicted[i]!;
    s[k]! += w;
    s[k + 1]! += w * q;
    s[k + 2]! += w * q * q;
    s[k + 3]! += w * photo[i]!;
    s[k + 4]! += w * q * photo[i]!;
  }
  const light = new Float64Array(cells * 2);
  for (let c = 0; c < cells; c++) {
    const k = 5 * c;
    const [w, q, qq, f, qf] = [s[k]!, s[k + 1]!, s[k + 2]!, s[k + 3]!, s[k + 4]!];
    if (!(w > 0)) continue;
    const det = w * qq - q * q;
    const gain = tells(det, w, qq) ? (w * qf - q * f) / det : 0;
    light[2 * c] = (f - gain * q) / w;
    light[2 * c + 1] = gain;
  }
  return light;
}

/** Whether a cell's predictions differ enough to tell a gain. */
function tells(det: number, w: number, qq: number): boolean {
  return det > 1e-6 * w * qq;
}

function equations(round: Round, weight: Float32Array, light: Float64Array): Equations {
  const { count, parameters: n, photo, predicted, derivatives, cell, cells } = round;
  const normal = new Float64Array(n * n);
  const right = new Float64Array(n);
  const scores = new Float64Array(cells * n);
  const withOne = new Float64Array(cells * n);
  const withPrediction = new Float64Array(cells * n);
  const sums = new Float64Array(cells * 3);
  for (let i = 0; i < count; i++) {
    const w = weight[i]!;
    if (w === 0) continue;
    const k = cell[i]!;
    const q = predicted[i]!;
    const rest = photo[i]! - light[2 * k]! - light[2 * k + 1]! * q;
    sums[3 * k]! += w;
    sums[3 * k + 1]! += w * q;
    sums[3 * k + 2]! += w * q * q;
    const row = i * n;
    for (let a = 0; a < n; a++) {
      const d = w * derivatives[row + a]!;
      withOne[k * n + a]! += d;
      withPrediction[k * n + a]! += d * q;
      scores[k * n + a]! -= d * rest;
      for (let b = 0; b <= a; b++) normal[a * n + b]! += d * derivatives[row + b]!;
    }
  }
  for (let k = 0; k < cells; k++) {
    for (let a = 0; a < n; a++) right[a]! += scores[k * n + a]!;
    const [w, wq, wqq] = [sums[3 * k]!, sums[3 * k + 1]!, sums[3 * k + 2]!];
    if (!(w > 0)) continue;
    const det = w * wqq - wq * wq;
    const full = tells(det, w, wqq);
    for (let a = 0; a < n; a++)
      for (let b = 0; b <= a; b++) {
        const [x, xq] = [withOne[k * n + a]!, withPrediction[k * n + a]!];
        const [y, yq] = [withOne[k * n + b]!, withPrediction[k * n + b]!];
        normal[a * n + b]! -= full ? (x * (wqq * y - wq * yq) + xq * (w * yq - wq * y)) / det : (x * y) / w;
      }
  }
  return { normal, right, scores };
}

/** Solves `a · x = r` for a positive definite matrix given by its lower half (Cholesky); undefined when it is none. */
export function solvePositive(a: Float64Array, r: Float64Array): number[] | undefined {
  const n = r.length;
  const low = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= low[i * n + k]! * low[j * n + k]!;
      if (i !== j) low[i * n + j] = sum / low[j * n + j]!;
      else if (sum > 1e-9 * a[i * n + i]!) low[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  const x: number[] = [];
  for (let i = 0; i < n; i++) {
    let sum = r[i]!;
    for (let k = 0; k < i; k++) sum -= low[i * n + k]! * x[k]!;
    x.push(sum / low[i * n + i]!);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i]!;
    for (let k = i + 1; k < n; k++) sum -= low[k * n + i]! * x[k]!;
    x[i] = sum / low[i * n + i]!;
  }
  return x;
}
