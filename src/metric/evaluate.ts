import { rm } from "node:fs/promises";
import path from "node:path";
import { ReflowError } from "../kit/errors.js";
import { exists, readJson } from "../kit/files.js";
import { makeFolder } from "../kit/folders.js";
import { checkExecutable, runCommand } from "./command.js";
import type { MetricContract } from "./contract.js";
import { type KpiOptions, writeKpiFiles } from "./kpi.js";
import { checkResult, failures, type MetricResult } from "./result.js";

/** An evaluator that runs longer than this is stuck. */
const DEFAULT_TIMEOUT_MS = 30 * 60_000;

/**
 * Measures the contract's metric on an inference CSV and judges it ourselves (contract 4.3, 4.4): whatever an
 * evaluator says of `passed` is replaced. The builtin evaluator also writes the KPI files; a command writes
 * `<outDir>/metric_result.json`; an artifact is read from its template path with `iterLabel`.
 * Stale results are removed before evaluating (trap T12), except artifacts, which are not ours.
 */
export async function evaluateMetric(o: {
  contract: MetricContract;
  inferenceCsv: string;
  outDir: string;
  iterLabel?: string;
  timeoutMs?: number;
  kpi?: Omit<KpiOptions, "contract" | "writeResult">;
  signal?: AbortSignal;
}): Promise<MetricResult> {
  const file = await produce(o);
  const raw = checkResult(o.contract, await readJson(file), file);
  return { ...raw, evidence_path: file, passed: failures(o.contract, raw).length === 0 };
}

async function produce(o: Parameters<typeof evaluateMetric>[0]): Promise<string> {
  const { evaluator } = o.contract;
  const file = path.resolve(o.outDir, "metric_result.json");
  if (evaluator.type === "artifact") return artifact(evaluator, o.iterLabel ?? "baseline");
  await rm(file, { force: true });
  if (evaluator.type === "builtin") {
    const kpi = await writeKpiFiles(o.inferenceCsv, o.outDir, { ...o.kpi, contract: o.contract });
    if (kpi.ng === 0)
      throw new ReflowError(
        "data",
        "no_ng_rows",
        `${o.inferenceCsv} has no defect row, so recall is undefined`,
        "Add defect rows to the KPI set.",
        { where: { file: o.inferenceCsv } },
      );
    return file;
  }
  await makeFolder(o.outDir);
  await runCommand({
    path: evaluator.path,
    args: [...evaluator.args, "--inference-csv", path.resolve(o.inferenceCsv), "--output-json", file],
    timeoutMs: o.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    ...(o.signal ? { signal: o.signal } : {}),
  });
  if (!(await exists(file)))
    throw new ReflowError(
      "stage",
      "metric_result_missing",
      `the metric command ended well but wrote no ${file}`,
      "It must write its JSON to the path given by --output-json.",
    );
  return file;
}

async function artifact(e: { path_template: string; producer: string }, label: string): Promise<string> {
  const file = path.resolve(e.path_template.replaceAll("{iter_label}", label));
  if (!(await exists(file)))
    throw new ReflowError(
      "data",
      "metric_artifact_missing",
      `no metric result from ${e.producer} at ${file}`,
      "Let that system write it, then run the same command again.",
      { where: { file } },
    );
  return file;
}

/** Checks on this machine what a contract's evaluator needs, before anything runs. */
export async function checkEvaluator(contract: MetricContract): Promise<void> {
  if (contract.evaluator.type === "command") await checkExecutable(contract.evaluator.path);
}
