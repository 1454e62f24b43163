import type { LabelStats } from "./types.js";

/**
 * How far each row lies on the wrong side (contract 5.1): score − t for PASS, t − score for NG. Positive = wrong.
 * An NG row exactly at t is wrong with weakness 0.
 */
export function weakness(scores: ArrayLike<number>, ng: ArrayLike<number>, threshold: number): Float64Array {
  const out = new Float64Array(scores.length);
  for (let i = 0; i < out.length; i++) out[i] = ng[i] ? threshold - scores[i] : scores[i] - threshold;
  return out;
}

/** True when the row is called the wrong class: NG iff score > t. */
export function isWrong(score: number, ng: number, threshold: number): boolean {
  return ng ? score <= threshold : score > threshold;
}

/**
 * The weakest `topK` rows of each upper-cased label, all together by falling weakness; the earlier row first on a
 * tie (contract 5.1, steps 3 and 4). Returns row indices.
 */
export function selectWeak(weak: Float64Array, labels: readonly string[], topK: number): number[] {
  const order = new Uint32Array(weak.length).map((_, i) => i);
  order.sort((a, b) => weak[b] - weak[a] || a - b);
  const key = upperKeys(labels);
  const taken = new Map<string, number>();
  const kept: number[] = [];
  for (const i of order) {
    const label = key(i);
    const n = taken.get(label) ?? 0;
    if (n >= topK) continue;
    taken.set(label, n + 1);
    kept.push(i);
  }
  return kept;
}

/** weak_samples_breakdown.txt (contract 5.1, step 5), without a final newline. */
export function breakdown(o: {
  threshold: string;
  topK: number;
  total: number;
  kept: readonly { label: string; weakness: number }[];
}): string {
  const groups = new Map<string, { count: number; wrong: number }>();
  for (const { label, weakness: w } of o.kept) {
    const g = groups.get(label.toUpperCase()) ?? { count: 0, wrong: 0 };
    g.count++;
    if (w > 0) g.wrong++;
    groups.set(label.toUpperCase(), g);
  }
  const all = Math.max(1, o.kept.length);
  return [
    `Weak samples breakdown by label (threshold=${o.threshold}, top_k_per_label=${o.topK})`,
    `Total KPI samples: ${o.total}`,
    `Total weak samples kept: ${o.kept.length}`,
    "",
    ...[...groups].map(
      ([label, { count, wrong }]) =>
        `  ${label}: ${count} (${((100 * count) / all).toFixed(1)}%) — ${wrong} misclassified, ${count - wrong} marginal`,
    ),
  ].join("\n");
}

/** Statistics per upper-cased label over all rows, NG labels by misses, then by mean weakness; PASS last. */
export function labelStats(
  scores: Float64Array,
  ng: Uint8Array,
  labels: readonly string[],
  weak: Float64Array,
  threshold: number,
): LabelStats[] {
  const key = upperKeys(labels);
  const members = new Map<string, number[]>();
  for (let i = 0; i < scores.length; i++) {
    const label = key(i);
    const list = members.get(label);
    if (list) list.push(i);
    else members.set(label, [i]);
  }
  const stats = [...members].map(([label, rows]): LabelStats => {
    const values = Float64Array.from(rows, (i) => weak[i]).sort();
    const own = Float64Array.from(rows, (i) => scores[i]).sort();
    const middle = values.length >> 1;
    const median = values.length % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    return {
      label,
      total: rows.length,
      ng: ng[rows[0]] ? 1 : 0,
      misclassified: rows.filter((i) => isWrong(scores[i], ng[i], threshold)).length,
      meanWeakness: mean(values),
      medianWeakness: median,
      maxWeakness: values[values.length - 1],
      minScore: own[0],
      maxScore: own[own.length - 1],
      meanScore: mean(own),
    };
  });
  return stats.sort(
    (a, b) => b.ng - a.ng || b.misclassified - a.misclassified || b.meanWeakness - a.meanWeakness,
  );
}

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Upper-cases each distinct label once. */
function upperKeys(labels: readonly string[]): (i: number) => string {
  const upper = new Map<string, string>();
  return (i) => {
    const label = labels[i];
    let found = upper.get(label);
    if (found === undefined) {
      found = label.toUpperCase();
      upper.set(label, found);
    }
    return found;
  };
}
