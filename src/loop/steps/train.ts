import { realpath } from "node:fs/promises";
import path from "node:path";
import type { StageOutput } from "../../engine/index.js";
import { hashFile } from "../../kit/index.js";
import { selectBest } from "../../metric/index.js";
import { newTypes } from "../new-types.js";
import { duration, type RunContext, runJob, type StepResult } from "../run-context.js";
import { deriveSpec, type Split, specText, valueAt } from "../spec.js";
import type { Commit, DeftState, Label } from "../state/index.js";

type TrainCommit = Extract<Commit, { kind: "ok"; stage: "train" }>;

/** The seeded initial weights of the network, staged once per run in place of a pretrained backbone. */
export async function stageBackbone(context: RunContext): Promise<number> {
  const { layout, plan } = context;
  const { seconds } = await runJob<"backbone">(context, {
    id: "backbone",
    stage: "backbone",
    input: {
      spec: layout.baseSpec,
      trainCsv: plan.data.tables.train.file,
      imagesDir: plan.data.imagesDir,
      file: layout.backbone,
    },
    inputs: [layout.baseSpec, plan.data.tables.train.file],
    outputs: [layout.backbone],
    receipt: path.join(layout.backboneDir, "receipt.json"),
  });
  return seconds;
}

/** The rows a label trains on: the base set, or the grown set of its iteration (contract 9.1). */
export function trainingSplit(context: RunContext, label: Label): Split {
  const { layout, plan } = context;
  return label === "baseline"
    ? { csv: plan.data.tables.train.file, imagesDir: plan.data.imagesDir }
    : { csv: layout.combined(label), imagesDir: layout.ws };
}

/** The best label so far by contract 4.5: what later iterations start from, and what wins at the end. */
export function bestLabel(state: DeftState): Label | undefined {
  const candidates = Object.entries(state.iterations).flatMap(([label, r]) =>
    r.status === "complete" && r.metric_result ? [{ label: label as Label, result: r.metric_result }] : [],
  );
  return selectBest(state.metric_contract, candidates)?.label;
}

export async function trainStep(context: RunContext, label: Label): Promise<StepResult<TrainCommit>> {
  const { layout, plan, state } = context;
  const images = plan.data.imagesDir;
  const split = trainingSplit(context, label);
  const best = bestLabel(state);
  const fresh = await typesNewTo(context, best, split.csv);
  const pretrained = best && fresh.length === 0 ? state.iterations[best]?.best_ckpt_path : undefined;
  const staged = await stageBackbone(context);
  const spec = deriveSpec(plan.spec, {
    resultsDir: path.join(layout.rd, label),
    train: split,
    validation: { csv: plan.data.tables.validation.file, imagesDir: images },
    kpi: { csv: plan.data.tables.kpi.file, imagesDir: images },
    backbone: layout.backbone,
    ...(pretrained ? { pretrained } : {}),
  });
  const outDir = layout.train(label);
  const { output, seconds } = await runJob<"train">(context, {
    id: `${label}-train`,
    stage: "train",
    input: {
      label,
      specText: specText(spec),
      trainingSpec: layout.trainingSpec(label),
      outDir,
      workers: context.workers,
    },
    inputs: [
      split.csv,
      plan.data.tables.validation.file,
      layout.backbone,
      ...(pretrained ? [pretrained] : []),
    ],
    outputs: [outDir],
    receipt: path.join(outDir, "receipt.json"),
    continues: true,
  });
  return {
    seconds: duration(seconds + (label === "baseline" ? staged : 0)),
    summary: trainSummary(output, pretrained !== undefined ? best : undefined, fresh),
    commit: {
      kind: "ok",
      stage: "train",
      evidence: {
        best_ckpt_path: await realpath(output.bestCheckpoint),
        training_spec: layout.trainingSpec(label),
        best_ckpt_kind: "best_val",
        val_loss: output.valLoss,
      },
    },
  };
}

/**
 * Defect types of a training set that the best model so far never saw, where its trainer painted no defects of its own.
 * Such a model has learnt that they are nothing, and going on from it keeps half of that: training from nothing is then
 * far better (docs/change-network.md). Other toolkits always go on from the best checkpoint, as contract 10.2 has it.
 */
async function typesNewTo(context: RunContext, best: Label | undefined, csv: string) {
  const { parameters, spec } = context.plan;
  const painted = valueAt(spec, "model.builtin.synthetic_share") !== 0;
  if (best === undefined || parameters.toolkit.value !== "builtin" || painted) return [];
  return newTypes(trainingSplit(context, best).csv, csv);
}

function trainSummary(t: StageOutput<"train">, from: Label | undefined, fresh: readonly string[]): string {
  const start = from
    ? `, started from the best checkpoint (${from})`
    : fresh.length > 0
      ? `, from nothing because of new types (${fresh.join(", ")})`
      : "";
  return (
    `Trained ${t.epochs} epochs on ${t.pairs} pairs${start}; ` +
    `lowest validation loss ${t.valLoss.toPrecision(4)} in epoch ${t.bestEpoch}.`
  );
}

/** The two checkpoints to compare (contract 10.5); one when both hold the same weights. */
export async function checkpointsOf(
  context: RunContext,
  label: Label,
): Promise<readonly { kind: "best_val" | "latest"; file: string }[]> {
  const record = context.state.iterations[label];
  const best = record?.best_ckpt_path as string;
  const latestLink = path.join(context.layout.train(label), "changenet_model_classify_latest.onnx");
  const latest = await realpath(latestLink).catch(() => best);
  const first = { kind: "best_val" as const, file: best };
  const same = latest === best || (await hashFile(latest)) === (await hashFile(best));
  return same ? [first] : [first, { kind: "latest" as const, file: latest }];
}
