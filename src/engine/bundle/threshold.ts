import type { Thresholds } from "./files.js";

/**
 * Where a deployed model cuts. The evaluated threshold is itself a score of a KPI row, and a rounding difference of
 * another machine could push that row over it; half-way to the next higher score gives the same verdicts on the
 * KPI set and the widest margin.
 */
export function deployThresholds(scores: ArrayLike<number>, threshold: number | null): Thresholds {
  if (threshold === null) return { threshold: null, decision_threshold: null, next_score_above: null };
  let next = Number.POSITIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) {
    const s = scores[i] as number;
    if (s > threshold && s < next) next = s;
  }
  if (!Number.isFinite(next)) return { threshold, decision_threshold: threshold, next_score_above: null };
  const middle = threshold + (next - threshold) / 2;
  return { threshold, decision_threshold: middle < next ? middle : threshold, next_score_above: next };
}
