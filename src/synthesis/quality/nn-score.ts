import type { Features } from "./features.js";

/** How alike a made defect is to real ones; both 0 … 1 in practice. */
export type Likeness = Readonly<{ nn: number; mnn: number }>;

/** Real references that are averaged (contract 6.3). */
const BEST = 3;

/**
 * nn_score and mnn_score (contract 6.3): for each real reference the mean over the made patches of their best cosine,
 * and over mutually nearest pairs alone; averaged over the three references with the highest nn. `undefined` when either
 * side has no patch: such a sample has no score.
 */
export function nnScore(made: Features, real: readonly Features[]): Likeness | undefined {
  if (made.data.length === 0) return undefined;
  const scores = real.filter((r) => r.data.length > 0).map((r) => compareFeatures(made, r));
  if (scores.length === 0) return undefined;
  scores.sort((a, b) => b.nn - a.nn);
  const best = scores.slice(0, BEST);
  return {
    nn: best.reduce((s, v) => s + v.nn, 0) / best.length,
    mnn: best.reduce((s, v) => s + v.mnn, 0) / best.length,
  };
}

function compareFeatures(a: Features, b: Features): Likeness {
  const { dim } = a;
  const [n, m] = [a.data.length / dim, b.data.length / dim];
  const bestB = new Int32Array(n);
  const bestA = new Int32Array(m).fill(-1);
  const topB = new Float64Array(m).fill(Number.NEGATIVE_INFINITY);
  const topA = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      let cosine = 0;
      for (let k = 0; k < dim; k++) cosine += a.data[i * dim + k]! * b.data[j * dim + k]!;
      if (cosine > topA[i]!) {
        topA[i] = cosine;
        bestB[i] = j;
      }
      if (cosine > topB[j]!) {
        topB[j] = cosine;
        bestA[j] = i;
      }
    }
  let nn = 0;
  let mutual = 0;
  let pairs = 0;
  for (let i = 0; i < n; i++) {
    nn += topA[i]!;
    if (bestA[bestB[i]!] !== i) continue;
    mutual += topA[i]!;
    pairs++;
  }
  return { nn: nn / n, mnn: pairs === 0 ? 0 : mutual / pairs };
}
