import type { CheckpointKind } from "../../engine/index.js";
import type { MetricContract, MetricResult } from "../../metric/index.js";

/** Stages that leave an event (contract 2.5). Inference belongs to evaluate. */
export const STAGES = [
  "train",
  "evaluate",
  "rca",
  "routing",
  "anomalygen_finetune",
  "anomalygen",
  "data_mining",
  "data_merge",
  "loop_stop",
] as const;
export type LoopStage = (typeof STAGES)[number];
export type WorkStage = Exclude<LoopStage, "loop_stop" | "anomalygen_finetune">;
export type Label = "baseline" | `iter${number}`;
export type StopReason = "metric_met" | "max_iterations";

/** What upstream calls `_completed_step_values` and `_status_values`, in its order. */
export const COMPLETED_STEP_VALUES = [
  "evaluate",
  "rca",
  "anomalygen_finetune",
  "anomalygen",
  "routing",
  "data_mining",
  "data_merge",
  "train",
  "loop_stop",
] as const;
export const STATUS_VALUES = ["pending", "in_progress", "complete", "failed"] as const;

export type LoopEvent = Readonly<{
  seq: number;
  ts: string;
  iter: Label;
  stage: LoopStage;
  status: "ok" | "error";
  summary: string;
  duration_sec: number;
  context_tokens: number;
}>;

/** `iterations.<label>`: fields are added by the stages that own them (contract 2.4). */
export type IterationRecord = Readonly<
  Partial<{
    best_ckpt_path: string;
    best_ckpt_kind: CheckpointKind;
    training_spec: string;
    val_loss: number;
    inference_csv: string;
    metric_result: MetricResult;
    threshold: number;
    far_pct: number;
    rca_gaps_parquet: string;
    rca_threshold: number;
    rca_target_defects: readonly string[];
    routing_mining_parquet: string;
    routing_anomalygen_parquet: string;
    anomalygen_sdg_csv: string;
    anomalygen_allocation_json: string;
    anomalygen_amp_allocated: number;
    anomalygen_skipped: true;
    mining_mined_parquet: string;
    mining_candidate_parquet: string;
    mining_summary: string;
    mining_history: string;
    mining_history_summary: string;
    mining_target_embeddings: string;
    mining_source_embeddings: string;
    mining_target_log: string;
    mining_source_log: string;
    mining_knn_log: string;
    mining_mined_count: number;
    data_mining_skipped: true;
    combined_training_csv: string;
    provenance_csv: string;
    merge_validation_report: string;
    train_metric: number;
    source: "automl_phase1";
    stage_completed: LoopStage;
  }>
> &
  Readonly<{ status: (typeof STATUS_VALUES)[number] }>;

export type RunConfig = Readonly<{
  specs_file: string;
  training_csv: string;
  validation_csv: string;
  kpi_test_csv: string;
  images_dir: string;
  mining_pool_csv: string;
  mining_images_root: string;
  resolved_mining_pool_csv: string;
  backbone_weight_dir: string;
  train_container: string;
  num_gpus: number;
  gpu_model: string;
  batch_size: number;
  num_epochs: number;
  anomalygen: Readonly<Record<string, unknown>>;
  mining_filter: Readonly<{
    sub_skill: string;
    top_k_per_target: number;
    metric: string;
    min_similarity: number;
    history_aware: Readonly<{ enabled: boolean; identity: string; history_file: string }>;
  }>;
}>;

/** `deft_state.json`, version 4, keys in the order in which upstream writes them (contract 2.1). */
export type DeftState = Readonly<{
  version: 4;
  started_at: string;
  status: "in_progress" | "complete" | "failed";
  kpi_target: string;
  metric_contract: MetricContract;
  results_dir: string;
  max_iterations: number;
  current_iteration: number;
  execution_policy: Readonly<Record<string, unknown>>;
  config: RunConfig;
  iterations: Readonly<Record<string, IterationRecord>>;
  events: readonly LoopEvent[];
  _completed_step_values: readonly string[];
  _status_values: readonly string[];
  completed_at?: string;
  final_artifacts?: Readonly<{ best_model_json: string; inference_spec: string }>;
}>;

export function iterationNumber(label: string): number {
  return label === "baseline" ? 0 : Number(/^iter([1-9][0-9]*)$/.exec(label)?.[1] ?? Number.NaN);
}

export function labelOf(iteration: number): Label {
  return iteration === 0 ? "baseline" : `iter${iteration}`;
}
