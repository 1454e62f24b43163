import path from "node:path";
import { ReflowError, readJson, readText, writeFileAtomic, writeJsonAtomic } from "../../../kit/index.js";
import {
  evaluateMetric,
  type KpiSummary,
  type MetricContract,
  type MetricResult,
  parseClaim,
  selectBest,
  type Verdict,
  writeKpiFiles,
} from "../../../metric/index.js";
import type { EvaluateInput } from "../../stages.js";
import type { StageFunction } from "../../toolkit.js";

type Candidate = EvaluateInput["candidates"][number] &
  Readonly<{ result: MetricResult; verdict: Verdict | undefined }>;

/** Measures the contract on each candidate checkpoint and picks the better one (contract 4.4, 4.5). */
export const evaluate: StageFunction<"evaluate"> = async (input, { signal }) => {
  const contract = input.contract;
  const claim = input.claim === undefined ? undefined : parseClaim(input.claim);
  const measured: Candidate[] = [];
  for (const candidate of input.candidates) {
    const outDir = path.dirname(candidate.inferenceCsv);
    const kpi = claim ? { claim } : {};
    const result = await evaluateMetric({
      contract,
      inferenceCsv: candidate.inferenceCsv,
      outDir,
      iterLabel: input.label,
      signal,
      kpi,
    });
    const summary =
      contract.evaluator.type === "builtin"
        ? ((await readJson(path.join(outDir, "kpi.json"))) as KpiSummary)
        : await writeKpiFiles(candidate.inferenceCsv, outDir, { ...kpi, writeResult: false });
    measured.push({ ...candidate, result, verdict: summary.verdict });
  }
  const best = selectBest(contract, measured);
  if (!best)
    throw new ReflowError("stage", "no_candidate", "there is no checkpoint to evaluate", "Run train first.");
  const threshold = thresholdOf(contract, best.result);
  const verdict = best.result.passed ? (best.verdict?.verdict ?? "met") : "not met";
  await writeJsonAtomic(path.join(input.outDir, "selection.json"), {
    label: input.label,
    chosen: best.kind,
    verdict,
    threshold,
    ...(best.verdict
      ? { escape: best.verdict.escape, far: best.verdict.far, claim: best.verdict.claim ?? null }
      : {}),
    candidates: measured.map(({ kind, checkpoint, inferenceCsv, result }) => ({
      kind,
      checkpoint: path.basename(checkpoint),
      inference_csv: path.relative(path.dirname(input.outDir), inferenceCsv),
      value: result.value,
      constraints: result.constraints,
      passed: result.passed,
    })),
  });
  // Upstream's report looks for the table one level up (trap T30).
  const chosen = path.dirname(best.inferenceCsv);
  await writeFileAtomic(
    path.join(chosen, "..", "threshold_metrics.csv"),
    await readText(path.join(chosen, "threshold_metrics.csv")),
  );
  return {
    kind: best.kind,
    checkpoint: best.checkpoint,
    inferenceCsv: best.inferenceCsv,
    metricResultFile: best.result.evidence_path,
    result: best.result,
    threshold,
    verdict,
  };
};

function thresholdOf(contract: MetricContract, result: MetricResult): number | null {
  if (typeof result.threshold === "number" && Number.isFinite(result.threshold)) return result.threshold;
  if (contract.evaluator.type !== "builtin") return null;
  throw new ReflowError(
    "stage",
    "threshold_missing",
    "the built-in evaluator gave no threshold",
    "Check the KPI set.",
  );
}
