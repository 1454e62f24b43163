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
  return rule === "lowest-far" ? pointAt(s, last) : best(s, 0, last, f1ThenPrecision);
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
  return best(s, 0, s.thresholds.length - 1, (p) => [p.f1, p.recall, p.precision]);
}

function f1ThenPrecision(p: OperatingPoint): readonly number[] {
  return [p.f1, p.precision];
}

/** Thresholds ascend, so "not worse" lets the larger threshold win a tie. */
function best(
  s: Sweep,
  from: number,
  to: number,
  key: (p: OperatingPoint) => readonly number[],
): OperatingPoint {
  let chosen = pointAt(s, from);
  let chosenKey = key(chosen);
  for (let i = from + 1; i <= to; i++) {
    const point = pointAt(s, i);
    const pointKey = key(point);
    if (notWorse(pointKey, chosenKey)) {
      chosen = point;
      chosenKey = pointKey;
    }
  }
  return chosen;
}

function notWorse(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) {
    const x = Number.isNaN(a[i]) ? Number.NEGATIVE_INFINITY : (a[i] as number);
    const y = Number.isNaN(b[i]) ? Number.NEGATIVE_INFINITY : (b[i] as number);
    if (x !== y) return x > y;
  }
  return true;
}
