import { type Frame, modelMap, type Parameters } from "./frame.js";
import { type Equations, solvePositive } from "./least-squares.js";
import type { Model } from "./types.js";

/**
 * What a model may do beyond a similarity, as directions among its parameters, and how much of it a camera may do at
 * most: scales that differ and axes that are not square, by two percent; a tilt, by six percent of the distance.
 */
const EXCESS: Readonly<Record<Model, readonly Readonly<{ by: readonly number[]; most: number }>[]>> = {
  similarity: [],
  "two-scale": [{ by: [1, -1, 0, 0, 0], most: 0.02 }],
  affine: [
    { by: [1, 0, 0, 0, -1, 0], most: 0.02 },
    { by: [0, 1, 0, 1, 0, 0], most: 0.02 },
  ],
  homography: [
    { by: [1, 0, 0, 0, -1, 0, 0, 0], most: 0.02 },
    { by: [0, 1, 0, 1, 0, 0, 0, 0], most: 0.02 },
    { by: [0, 0, 0, 0, 0, 0, 1, 0], most: 0.06 },
    { by: [0, 0, 0, 0, 0, 0, 0, 1], most: 0.06 },
  ],
};

/** Least spread of such a number, border pixels: what is not there at all is held by that. */
const LEAST = 0.02;

/** Times its own variance that the square of a number must exceed before it counts (two: as in Akaike's criterion). */
const CAUTION = 2;

const ROUNDS = 4;

/** Shortest step that is worth another round, border pixels. */
const SHORT = 0.003;

/** Cells with less than this part of the mean information say nothing about how results vary. */
const FAINT = 1e-3;

/**
 * The most probable map near the least squares' one, `at`, where what the model may do beyond a similarity is taken to be
 * small unless the picture tells it: empirical Bayes, each such number with a prior about zero whose variance is what
 * the number's square exceeds its own variance by (James and Stein's estimator of one number). On a rich board nothing
 * moves; on a sparse one whose corners say nothing they follow the rest instead of the noise.
 *
 * Undefined where the equations do not tell all parameters.
 */
export function meek(
  model: Model,
  at: Parameters,
  radius: number,
  equationsAt: (p: Parameters) => Equations,
): Meek | undefined {
  const excess = EXCESS[model];
  const free = equationsAt(at);
  const n = at.length;
  const swell = inflation(free, n);
  const spreads = excess.map(({ by, most }) => {
    const towards = solvePositive(free.normal, Float64Array.from(by));
    const value = dot(by, at);
    const variance = towards ? swell * dot(by, towards) : Number.POSITIVE_INFINITY;
    return Math.min((most * radius) ** 2, Math.max(LEAST ** 2, value * value - CAUTION * variance));
  });
  let p = at;
  let last = free.normal;
  for (let round = 0; round < ROUNDS; round++) {
    const { normal, right } = round === 0 ? free : equationsAt(p);
    for (const [k, { by }] of excess.entries()) {
      const spread = spreads[k]!;
      const value = dot(by, p);
      for (let a = 0; a < n; a++) {
        right[a]! -= (swell * by[a]! * value) / spread;
        for (let b = 0; b <= a; b++) normal[a * n + b]! += (swell * by[a]! * by[b]!) / spread;
      }
    }
    last = normal;
    const step = solvePositive(normal, right);
    if (!step) return undefined;
    if (excess.length === 0) break;
    p = p.map((v, i) => v + step[i]!);
    if (Math.hypot(...step) < SHORT) break;
  }
  return { at: p, covariance: (row) => solvePositive(last, row)?.map((v) => v * swell) };
}

/** A map's parameters, and their covariance times a vector (undefined where the pictures do not tell one). */
export type Meek = Readonly<{
  at: Parameters;
  covariance: (row: Float64Array) => readonly number[] | undefined;
}>;

/**
 * Standard deviation of the place of the worst corner of the moving picture, pixels of the photo; Infinity where the
 * pictures do not tell it.
 */
export function uncertaintyOf(model: Model, { at, covariance }: Meek, { radius, mx, my }: Frame): number {
  const { map, by } = modelMap(model, at, radius);
  let worst = 0;
  for (const [u, v] of [
    [-mx, -my],
    [mx, -my],
    [-mx, my],
    [mx, my],
  ].map(([x, y]) => [x! / radius, y! / radius] as const)) {
    const w = map[6] * u + map[7] * v + 1;
    const place = [(map[0] * u + map[1] * v + map[2]) / w, (map[3] * u + map[4] * v + map[5]) / w];
    let variance = 0;
    for (const axis of [0, 1]) {
      const row = Float64Array.from(by, (d) => {
        const own = d[3 * axis]! * u + d[3 * axis + 1]! * v + d[3 * axis + 2]!;
        return ((own - place[axis]! * (d[6]! * u + d[7]! * v)) / w) * radius;
      });
      const solved = covariance(row);
      variance += solved ? dot(row, solved) : Number.POSITIVE_INFINITY;
    }
    worst = Math.max(worst, Math.sqrt(variance));
  }
  return worst;
}

/**
 * How many times as much results vary as the equations say: neighbouring pixels err together. From the scores of the
 * cells, which would sum up to zero one by one were they right (the sandwich estimator, averaged over the parameters).
 */
function inflation({ normal, scores }: Equations, n: number): number {
  const cells: { score: Float64Array; value: number }[] = [];
  for (let k = 0; k < scores.length; k += n) {
    const score = scores.subarray(k, k + n);
    const solved = solvePositive(normal, score);
    if (solved) cells.push({ score, value: dot(solved, score) });
  }
  const sum = cells.reduce((s, c) => s + c.value, 0);
  const used = cells.filter((c) => c.value > (FAINT * sum) / cells.length).length;
  return Math.max(1, (sum / n) * (used > n ? used / (used - n / 2) : 2));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
