import { type OperatingPoint, rateOf, upperBound } from "../metric/index.js";
import type { LabelStats } from "./types.js";

/** metrics.json (contract 5.1, trap T13): upstream's promised fields, then ours. NaN becomes null. */
export function metricsJson(
  p: OperatingPoint,
  labels: readonly LabelStats[],
  o: { pinned: boolean; minRecall: number },
): Record<string, unknown> {
  return {
    precision: p.precision,
    recall: p.recall,
    f1: p.f1,
    confusion_matrix: { tp: p.tp, fp: p.fp, tn: p.tn, fn: p.fn },
    per_label: Object.fromEntries(
      labels.map((l) => [
        l.label,
        {
          total: l.total,
          mean_weakness: l.meanWeakness,
          median_weakness: l.medianWeakness,
          max_weakness: l.maxWeakness,
          n_misclassified: l.misclassified,
          min_score: l.minScore,
          max_score: l.maxScore,
          mean_score: l.meanScore,
        },
      ]),
    ),
    threshold: p.threshold,
    threshold_source: o.pinned ? "pinned" : "sweep",
    min_recall: o.minRecall,
    far: rateOf(p.fp, p.fp + p.tn),
    escape: {
      ...rateOf(p.fn, p.fn + p.tp),
      upper_bound_one_sided_95: p.fn + p.tp > 0 ? upperBound(p.fn, p.fn + p.tp) : 1,
    },
  };
}
