/** Metric contracts, the FAR-recall sweep, exact intervals, claims and KPI files. Knows nothing of runs. */
export { incompleteBeta, inverseIncompleteBeta } from "./beta.js";
export { binScores, type Histogram } from "./charts.js";
export { type Claim, type ClaimVerdict, defectsNeeded, judgeClaim, parseClaim } from "./claim.js";
export { type Constraint, type Evaluator, type MetricContract, validateContract } from "./contract.js";
export { checkEvaluator, evaluateMetric } from "./evaluate.js";
export { type FarResult, farResult } from "./far.js";
export { type Inference, type InferenceColumns, readInference } from "./inference.js";
export { clopperPearson, type Interval, lowerBound, type Rate, rateOf, upperBound } from "./interval.js";
export { type KpiOptions, type KpiPoint, type KpiSummary, kpiPoint, writeKpiFiles } from "./kpi.js";
export { rateText, summaryLines } from "./kpi-text.js";
export { fixed, general, nextBelow, pyFloat, pyJson } from "./numbers.js";
export { bestF1Point, lastFeasible, operatingPoint, type PointRule } from "./operating-point.js";
export { holds, minimises, type Operator, parseOperator } from "./operator.js";
export {
  buildMetric,
  describeTarget,
  type MetricOptions,
  parseMetric,
  recallTarget,
  renderTarget,
} from "./parse.js";
export { type PartThreshold, type PartThresholds, partNames, partThresholds } from "./per-part.js";
export {
  checkResult,
  constraintFailures,
  type EvaluatorResult,
  failures,
  type MetricResult,
  selectBest,
} from "./result.js";
export { columnIndex, type Rows, readRows } from "./rows.js";
export {
  type OperatingPoint,
  pointAt,
  pointAtThreshold,
  pointFromCounts,
  type Sweep,
  sweep,
} from "./sweep.js";
export { judge, judgeRelease, type Verdict } from "./verdict.js";
