import { bestF1Point, type Sweep } from "../metric/index.js";
import type { SuspectLabel } from "./types.js";

/** How many rows of a set are embedded at most: enough neighbours, bounded time. */
const MOST_CANDIDATES = 80;
const MOST_REFERENCES = 500;
const NEIGHBOURS = 10;

/** Rows to embed for {@link suspectLabels}: every candidate, and reference rows of both classes spread evenly. */
export function suspectRows(scores: Float64Array, ng: Uint8Array, s: Sweep): number[] {
  const pick = (rows: readonly number[], most: number) =>
    rows.length <= most
      ? rows
      : Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]);
  const all = Array.from(scores, (_, i) => i);
  const chosen = new Set([
    ...candidates(scores, ng, s).map((c) => c.index),
    ...pick(
      all.filter((i) => ng[i]),
      MOST_REFERENCES,
    ),
    ...pick(
      all.filter((i) => !ng[i]),
      MOST_REFERENCES,
    ),
  ]);
  return [...chosen].sort((a, b) => a - b);
}

type Candidate = { index: number; depth: number };

/**
 * Rows on the wrong side of the best-F1 threshold with their depth: the share of the other class that lies at least
 * as far out. An NG row scoring like a typical PASS row has depth 0.5. Deepest first.
 */
function candidates(scores: Float64Array, ng: Uint8Array, s: Sweep): Candidate[] {
  if (s.ng === 0 || s.pass === 0) return [];
  const t = bestF1Point(s).threshold;
  const sorted = [0, 1].map((side) => Float64Array.from(scores.filter((_, i) => ng[i] === side)).sort());
  const found: Candidate[] = [];
  for (let i = 0; i < scores.length; i++) {
    const wrong = ng[i] ? scores[i] <= t : scores[i] > t;
    if (!wrong) continue;
    const other = sorted[ng[i] ? 0 : 1];
    const below = countBelow(other, scores[i], !ng[i]);
    found.push({ index: i, depth: (ng[i] ? other.length - below : below) / other.length });
  }
  const side = (v: number) =>
    found
      .filter((c) => ng[c.index] === v)
      .sort((a, b) => b.depth - a.depth || a.index - b.index)
      .slice(0, MOST_CANDIDATES);
  return [...side(1), ...side(0)];
}

/** How many sorted values are < x, or ≤ x when `orEqual`. */
function countBelow(sorted: Float64Array, x: number, orEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < x || (orEqual && sorted[middle] === x)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Labels to look at again: the score lies deep in the other class, and most nearest neighbours in the embedding have
 * the other label (counted as if both classes were equally frequent). Without an embedding only very deep scores are
 * named.
 *
 * @param embedding of the rows `indices` (ascending), row-major
 */
export function suspectLabels(o: {
  scores: Float64Array;
  ng: Uint8Array;
  labels: readonly string[];
  sweep: Sweep;
  embedding?: Readonly<{ indices: readonly number[]; dim: number; data: Float32Array }>;
}): SuspectLabel[] {
  const unit = o.embedding && normalise(o.embedding.data, o.embedding.dim);
  const found: SuspectLabel[] = [];
  for (const { index, depth } of candidates(o.scores, o.ng, o.sweep)) {
    const isNg = o.ng[index] === 1;
    const looksLike = isNg ? "PASS" : "NG";
    const evidence = [
      `${Math.round(depth * 100)} % of the ${looksLike} rows score at least as far on this side`,
    ];
    let confidence: number;
    if (o.embedding && unit) {
      const share = otherShare(o.embedding, unit, index, o.ng);
      if (share === undefined || share < 0.8 || depth < 0.02) continue;
      evidence.push(
        `${Math.round(share * 100)} % of its ${NEIGHBOURS} nearest neighbours look like ${looksLike}`,
      );
      confidence = (share + Math.min(1, depth * 2)) / 2;
    } else {
      if (depth < 0.25) continue;
      confidence = Math.min(1, depth);
    }
    found.push({
      index,
      label: o.labels[index],
      looksLike,
      score: o.scores[index],
      confidence,
      evidence: evidence.join("; "),
    });
  }
  return found.sort((a, b) => b.confidence - a.confidence || a.index - b.index).slice(0, 50);
}

function normalise(data: Float32Array, dim: number): Float32Array {
  const out = Float32Array.from(data);
  for (let at = 0; at < out.length; at += dim) {
    let sum = 0;
    for (let k = 0; k < dim; k++) sum += out[at + k] * out[at + k];
    const scale = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let k = 0; k < dim; k++) out[at + k] *= scale;
  }
  return out;
}

/** Class-balanced share of the other label among the nearest neighbours of a row; undefined when it was not embedded. */
function otherShare(
  e: Readonly<{ indices: readonly number[]; dim: number }>,
  unit: Float32Array,
  row: number,
  ng: Uint8Array,
): number | undefined {
  const at = e.indices.indexOf(row);
  if (at < 0) return undefined;
  const totals = [0, 0];
  const similar = e.indices.map((index, i) => {
    if (i !== at) totals[ng[index]]++;
    let dot = 0;
    for (let k = 0; k < e.dim; k++) dot += unit[at * e.dim + k] * unit[i * e.dim + k];
    return { index, i, dot };
  });
  const nearest = similar
    .filter((s) => s.i !== at)
    .sort((a, b) => b.dot - a.dot || a.i - b.i)
    .slice(0, NEIGHBOURS);
  const seen = [0, 0];
  for (const s of nearest) seen[ng[s.index]]++;
  const [pass, defect] = [0, 1].map((side) => (totals[side] === 0 ? 0 : seen[side] / totals[side]));
  if (pass + defect === 0) return undefined;
  return (ng[row] ? pass : defect) / (pass + defect);
}
