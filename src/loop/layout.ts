import path from "node:path";
import type { CheckpointKind } from "../engine/index.js";
import { iterationNumber, type Label, labelOf } from "./state/index.js";

/** Every path of a run folder, in one place (contract 1.1). `ws` and `rd` are absolute and symlink-resolved. */
export function layout(ws: string, rd: string) {
  const at = (...parts: string[]) => path.join(rd, ...parts);
  return {
    ws,
    rd,
    plan: at("plan.json"),
    inputs: at("inputs"),
    /** The customer's spec, or the default one, as the run uses it. */
    baseSpec: at("inputs", "baseline_spec.yaml"),
    backbone: at("inputs", "backbone", "reflow_changenet.safetensors"),
    backboneDir: at("inputs", "backbone"),
    resolvedPool: at("inputs", "mining_pool.resolved.csv"),
    jobs: at("jobs"),
    intents: at("jobs", "intents.json"),
    progress: at("progress.json"),
    history: at("mining_history.json"),
    report: at("DEFT_Loop_Report.html"),
    bestModel: at("best_model.json"),
    inferenceSpec: at("best_model_inference_spec.yaml"),
    releaseLog: at("release_log.json"),
    bundle: at("bundle"),
    finalize: at("finalize"),
    iterationSummary: (label: Label) => at(`${label}_summary.md`),
    train: (label: Label) => at(label, "train"),
    trainingSpec: (label: Label) => at(label, "train", "training_spec.yaml"),
    inference: (label: Label, kind: CheckpointKind) => at(label, "inference", kind),
    evaluate: (label: Label) => at(label, "evaluate"),
    rca: (label: Label, stamp: string) => at(label, "rca_results", stamp),
    routing: (label: Label, stamp: string) => at(label, "routing_results", stamp),
    anomalygen: (label: Label) => at(label, "anomalygen"),
    mining: (label: Label, stamp: string) => at(label, "mining_results", stamp),
    filter: (label: Label) => at(label, "mining_filter"),
    dataset: (label: Label) => at(label, "dataset"),
    stagedImages: (label: Label) => at(label, "dataset", "images"),
    combined: (label: Label) => at(label, "dataset", `train_combined_${label}.csv`),
    previous: (label: Label) => labelOf(iterationNumber(label) - 1),
    /** A path in the form of the combined CSV: relative to the workspace, with forward slashes. */
    fromWorkspace: (file: string) => path.relative(ws, file).split(path.sep).join("/"),
  };
}
export type Layout = ReturnType<typeof layout>;
