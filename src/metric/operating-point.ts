import { dataError } from "../kit/errors.js";
import { type OperatingPoint, pointAt, type Sweep } from "./sweep.js";

/** Slack of the recall comparison (contract 4.6). */
const RECALL_SLACK = 1e-12;

/**
 * Which of the feasible thresholds is taken. At 100 % recall the two agree.
 * - `lowest-far`: the fewest false alarms that the recall target allows, i.e. the largest feasible threshold.
 *   This is what "FAR at Recall = r" asks.
 * - `best-f1`: maximise (F1, precision, threshold), the rule of the gap analysis (contract 5.1). Below 100 % it may
 *   sit at a higher recall and a higher FAR than the target needs.
 */
export type PointRule = "lowest-far" | "best-f1";

/**
 * The operating point for a recall target in 0…1 (contract 4.6 for 1, 5.1 for others).
 * Throws `no_ng_rows` when there is no defect row (recall is undefined) and `recall_unreachable` for a target > 1.
 */
export function operatingPoint(s: Sweep, recallTarget = 1, rule: PointRule = "lowest-far"): OperatingPoint {
  if (s.ng === 0)
    throw dataError(
      "no_ng_rows",
      "there is no defect row, so recall and the threshold are undefined",
      "Add defect rows (any label other than PASS) to the KPI set.",
    );
  const last = lastFeasible(s, recallTarget);
  if (last < 0)
    throw dataError(
      "recall_unreachable",
      `no threshold reaches ${recallTarget * 100} % recall`,
      "Recall cannot exceed 100 %; lower the target.",
    );
  return pointAt(s, rule === "lowest-far" ? last : bestIndex(s, last, false));
}

/** Index of the largest threshold whose recall still meets the target; -1 when none does. Recall never rises. */
export function lastFeasible(s: Sweep, recallTarget: number): number {
  let low = 0;
  let high = s.thresholds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((s.tp[middle] as number) / s.ng >= recallTarget - RECALL_SLACK) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The best-F1 point: maximise (F1, recall, precision, threshold), NaN lowest (contract 4.6). */
export function bestF1Point(s: Sweep): OperatingPoint {
  return pointAt(s, bestIndex(s, s.thresholds.length - 1, true));
}

/**
 * The candidate up to `last` with the best (F1, recall if asked, precision, threshold). Thresholds ascend, so the
 * later one wins a tie. Works on counts alone: a hundred thousand candidates need no objects.
 */
function bestIndex(s: Sweep, last: number, recallSecond: boolean): number {
  let chosen = 0;
  let [f1, recall, precision] = [
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (let i = 0; i <= last; i++) {
    const tp = s.tp[i];
    const called = tp + s.fp[i];
    const r = s.ng === 0 ? Number.NEGATIVE_INFINITY : tp / s.ng;
    const p = called === 0 ? Number.NEGATIVE_INFINITY : tp / called;
    // No defects, nothing called or nothing right: F1 has no value.
    const f = s.ng === 0 || called === 0 || tp === 0 ? Number.NEGATIVE_INFINITY : (2 * p * r) / (p + r);
    const better = f !== f1 ? f > f1 : recallSecond && r !== recall ? r > recall : p >= precision;
    if (!better) continue;
    chosen = i;
    f1 = f;
    recall = r;
    precision = p;
  }
  return chosen;
}
