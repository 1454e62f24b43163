import path from "node:path";
import { ReflowError } from "../../kit/index.js";
import { previousLooks } from "../release.js";
import { duration, type RunContext, runJob, type StepResult } from "../run-context.js";
import { inferenceSpec, readSpecTree, specText, valueAt } from "../spec.js";
import type { Commit, DeftState, Label, StopReason } from "../state/index.js";
import { bestLabel, stageBackbone } from "./train.js";

/**
 * The end of the run (contract 11): the handoff files of the best label, the bundle, and the gate that scores the
 * KPI set with the bundle. The stop reason is decided before anything is written (trap T31).
 */
export async function finalizeStep(
  context: RunContext,
  reason: StopReason,
): Promise<StepResult<Extract<Commit, { kind: "stop" }>>> {
  const { layout, plan, state } = context;
  const best = bestLabel(state);
  const record = best && state.iterations[best];
  if (!best || !record?.metric_result)
    throw new ReflowError(
      "stage",
      "no_result",
      "no completed iteration has a result",
      "This is a fault of reflow.",
    );
  await stageBackbone(context);
  const spec = record.training_spec as string;
  const threshold = record.threshold ?? null;
  const training = await readSpecTree(spec);
  const release = plan.data.tables.release;
  const { output, seconds } = await runJob<"finalize">(context, {
    id: "finalize",
    stage: "finalize",
    input: {
      label: best,
      checkpoint: record.best_ckpt_path as string,
      spec,
      contract: plan.metric_contract,
      result: record.metric_result,
      threshold,
      claim: plan.parameters.claim.value,
      inferenceCsv: record.inference_csv as string,
      kpiCsv: plan.data.tables.kpi.file,
      imagesDir: plan.data.imagesDir,
      release: release
        ? {
            csv: release.file,
            log: layout.releaseLog,
            looksBefore: await previousLooks(layout.ws, layout.rd, release.sha256),
          }
        : null,
      handoff: handoff(state, best, layout.backbone, training),
      handoffFile: layout.bestModel,
      inferenceSpecText: specText(inferenceSpec(training, threshold)),
      inferenceSpecFile: layout.inferenceSpec,
      bundleDir: layout.bundle,
      outDir: layout.finalize,
      facts: {
        plan_hash: plan.plan_hash,
        seed: plan.parameters.seed.value,
        iterations: state.current_iteration,
        train_rows: plan.data.tables.train.rows,
        kpi_rows: plan.data.tables.kpi.rows,
        kpi_ng: plan.data.tables.kpi.ng,
        stop_reason: reason,
      },
      workers: context.workers,
    },
    inputs: [
      record.best_ckpt_path as string,
      spec,
      record.inference_csv as string,
      plan.data.tables.kpi.file,
    ],
    outputs: [layout.finalize, layout.bundle],
    receipt: path.join(layout.finalize, "receipt.json"),
    shards: context.workers,
  });
  return {
    seconds: duration(seconds),
    summary: `Best is ${best}; the bundle reproduces ${output.rows} scores, largest difference ${output.maxScoreDifference.toExponential(1)}.`,
    commit: {
      kind: "stop",
      stage: "loop_stop",
      reason,
      artifacts: { best_model_json: output.bestModelJson, inference_spec: output.inferenceSpec },
    },
  };
}

/** `best_model.json` (contract 11.2), keys in upstream's order. */
function handoff(
  state: DeftState,
  label: Label,
  backbone: string,
  training: Record<string, unknown>,
): Record<string, unknown> {
  const record = state.iterations[label];
  return {
    checkpoint: record?.best_ckpt_path,
    threshold: record?.threshold ?? null,
    metric_contract: state.metric_contract,
    metric_result: record?.metric_result,
    iteration: label,
    backbone,
    backbone_container_path: valueAt(training, "model.backbone.pretrained_backbone_path") ?? "",
    backbone_type: valueAt(training, "model.backbone.type") ?? "",
    backbone_frozen: valueAt(training, "model.backbone.freeze_backbone") === true,
    images_dir: state.config.images_dir,
    training_spec: record?.training_spec,
    ...(state.metric_contract.name === "far_pct" ? { far_pct: record?.metric_result?.value } : {}),
  };
}
