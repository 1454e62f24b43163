import { seeded } from "../../kit/random.js";

/** How well made can be told from real: area under the ROC curve, cross-validated, and how sure that is. */
export type Separability = Readonly<{
  auc: number;
  real: number;
  made: number;
  /** Probability of being made for each made sample, from folds that did not see it. */
  scores: readonly number[];
}>;

/** Fewest of either kind for which an answer means something. */
export const FEWEST = 6;
const FOLDS = 5;
/** Repeated with other folds, and averaged. */
const REPEATS = 3;
/** Strength of the penalty on weights: few samples, many traits. */
const RIDGE = 1;

/**
 * Cross-validated AUC of a logistic regression that tells made from real by their traits; undefined with fewer than
 * {@link FEWEST} of either. 0.5: cannot tell; 1: always. Folds keep both kinds in proportion and are the same every time.
 */
export function separability(
  real: readonly Float64Array[],
  made: readonly Float64Array[],
): Separability | undefined {
  if (real.length < FEWEST || made.length < FEWEST) return undefined;
  const total = new Float64Array(real.length + made.length);
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const fold = folds(real.length, made.length, repeat);
    for (let f = 0; f < FOLDS; f++) {
      const rows: Float64Array[] = [];
      const targets: number[] = [];
      fold.forEach((own, i) => {
        if (own === f) return;
        rows.push(i < real.length ? real[i]! : made[i - real.length]!);
        targets.push(i < real.length ? 0 : 1);
      });
      const predict = logistic(rows, targets);
      fold.forEach((own, i) => {
        if (own === f) total[i] = total[i]! + predict(i < real.length ? real[i]! : made[i - real.length]!);
      });
    }
  }
  const scores = Array.from(total, (v) => v / REPEATS);
  const [a, b] = [scores.slice(0, real.length), scores.slice(real.length)];
  return { auc: areaUnderRoc(a, b), real: real.length, made: made.length, scores: b };
}

/** Share of pairs in which the second kind scores higher; ties count half. */
export function areaUnderRoc(low: readonly number[], high: readonly number[]): number {
  let wins = 0;
  for (const h of high) for (const l of low) wins += h > l ? 1 : h === l ? 0.5 : 0;
  return low.length === 0 || high.length === 0 ? Number.NaN : wins / (low.length * high.length);
}

function folds(real: number, made: number, repeat: number): number[] {
  const order = (n: number, name: string): number[] => {
    const out = new Array<number>(n);
    seeded("folds")
      .fork(name, n, repeat)
      .shuffle(Array.from({ length: n }, (_, i) => i))
      .forEach((i, k) => {
        out[i] = k % FOLDS;
      });
    return out;
  };
  return [...order(real, "real"), ...order(made, "made")];
}

/**
 * Logistic regression with a ridge penalty on standardised columns, both kinds weighing the same, by Newton steps. Gives
 * the function from a row to the probability of kind 1.
 */
export function logistic(
  rows: readonly Float64Array[],
  targets: readonly number[],
): (row: Float64Array) => number {
  const n = rows.length;
  const d = rows[0]?.length ?? 0;
  const mean = new Float64Array(d);
  const unit = new Float64Array(d);
  for (const row of rows) for (let k = 0; k < d; k++) mean[k] = mean[k]! + row[k]! / n;
  for (const row of rows) for (let k = 0; k < d; k++) unit[k] = unit[k]! + (row[k]! - mean[k]!) ** 2 / n;
  for (let k = 0; k < d; k++) unit[k] = Math.sqrt(unit[k]!) + 1e-6;
  const standard = (row: Float64Array): Float64Array => {
    const x = new Float64Array(d + 1);
    x[0] = 1;
    for (let k = 0; k < d; k++) x[k + 1] = Math.max(-4, Math.min(4, (row[k]! - mean[k]!) / unit[k]!));
    return x;
  };
  const xs = rows.map(standard);
  const ones = targets.reduce((a, b) => a + b, 0);
  const weight = targets.map((t) =>
    t === 1 ? n / (2 * Math.max(1, ones)) : n / (2 * Math.max(1, n - ones)),
  );
  const beta = new Float64Array(d + 1);
  for (let step = 0; step < 12; step++) {
    const h = Array.from({ length: d + 1 }, (_, k) => {
      const line = new Float64Array(d + 1);
      line[k] = k === 0 ? 1e-6 : RIDGE;
      return line;
    });
    const g = new Float64Array(d + 1);
    for (let k = 1; k <= d; k++) g[k] = -RIDGE * beta[k]!;
    xs.forEach((x, i) => {
      const p = sigmoid(dot(x, beta));
      const e = weight[i]! * (targets[i]! - p);
      const s = weight[i]! * Math.max(1e-4, p * (1 - p));
      for (let a = 0; a <= d; a++) {
        g[a] = g[a]! + e * x[a]!;
        const line = h[a]!;
        for (let b = 0; b <= a; b++) line[b] = line[b]! + s * x[a]! * x[b]!;
      }
    });
    const move = solveSymmetric(h, g);
    let most = 0;
    for (let k = 0; k <= d; k++) {
      beta[k] = beta[k]! + move[k]!;
      most = Math.max(most, Math.abs(move[k]!));
    }
    if (most < 1e-6) break;
  }
  return (row) => sigmoid(dot(standard(row), beta));
}

/** Cholesky; `h` holds the lower triangle and is overwritten. */
function solveSymmetric(h: Float64Array[], g: Float64Array): Float64Array {
  const n = g.length;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = h[i]![j]!;
      for (let k = 0; k < j; k++) sum -= h[i]![k]! * h[j]![k]!;
      h[i]![j] = i === j ? Math.sqrt(Math.max(1e-9, sum)) : sum / h[j]![j]!;
    }
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = g[i]!;
    for (let k = 0; k < i; k++) sum -= h[i]![k]! * y[k]!;
    y[i] = sum / h[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = y[i]!;
    for (let k = i + 1; k < n; k++) sum -= h[k]![i]! * y[k]!;
    y[i] = sum / h[i]![i]!;
  }
  return y;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function sigmoid(v: number): number {
  return 1 / (1 + Math.exp(-Math.max(-30, Math.min(30, v))));
}
