import { realpath } from "node:fs/promises";
import path from "node:path";
import { constraintFailures, fixed } from "../../metric/index.js";
import { duration, type RunContext, runJob, type StepResult } from "../run-context.js";
import type { Commit, Label } from "../state/index.js";
import { checkpointsOf } from "./train.js";

type EvaluateCommit = Extract<Commit, { kind: "ok"; stage: "evaluate" }>;

/**
 * Scores the KPI set with both checkpoints, measures the contract on each and keeps the better one (4.4, 4.5).
 * Inference has no event of its own.
 */
export async function evaluateStep(context: RunContext, label: Label): Promise<StepResult<EvaluateCommit>> {
  const { layout, plan } = context;
  const kpi = plan.data.tables.kpi.file;
  const spec = context.state.iterations[label]?.training_spec as string;
  let seconds = 0;
  const candidates = [];
  for (const { kind, file } of await checkpointsOf(context, label)) {
    const outDir = layout.inference(label, kind);
    const done = await runJob<"inference">(context, {
      id: `${label}-inference-${kind}`,
      stage: "inference",
      input: {
        label,
        kind,
        spec,
        checkpoint: file,
        csv: kpi,
        imagesDir: plan.data.imagesDir,
        outDir,
        workers: context.workers,
      },
      inputs: [spec, file, kpi],
      outputs: [outDir],
      receipt: path.join(outDir, "receipt.json"),
      shards: context.workers,
    });
    seconds += done.seconds;
    candidates.push({ kind, checkpoint: file, inferenceCsv: done.output.inferenceCsv });
  }
  const outDir = layout.evaluate(label);
  const { output, seconds: own } = await runJob<"evaluate">(context, {
    id: `${label}-evaluate`,
    stage: "evaluate",
    input: {
      label,
      contract: plan.metric_contract,
      ...(plan.parameters.claim.value ? { claim: plan.parameters.claim.value } : {}),
      candidates,
      outDir,
    },
    inputs: candidates.map((c) => c.inferenceCsv),
    outputs: [outDir],
    receipt: path.join(outDir, "receipt.json"),
  });
  const result = output.result;
  const failed = constraintFailures(plan.metric_contract, result);
  const summary =
    `${plan.metric_contract.display_name} ${fixed(result.value, 3)}${plan.metric_contract.unit} ` +
    `(${output.verdict}) with the ${output.kind} checkpoint` +
    (candidates.length === 1 ? "; best_val and latest are the same weights" : "") +
    (failed.length > 0 ? `; constraints not held: ${failed.join(", ")}` : "") +
    ".";
  return {
    seconds: duration(seconds + own),
    summary,
    commit: {
      kind: "ok",
      stage: "evaluate",
      evidence: {
        best_ckpt_path: await realpath(output.checkpoint),
        best_ckpt_kind: output.kind,
        inference_csv: output.inferenceCsv,
        metric_result: result,
        training_spec: spec,
        ...(output.threshold === null ? {} : { threshold: output.threshold }),
      },
    },
  };
}
