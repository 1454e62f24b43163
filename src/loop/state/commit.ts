import path from "node:path";
import { isoSeconds } from "../../engine/index.js";
import { ReflowError } from "../../kit/index.js";
import { nextStep } from "./next.js";
import {
  type DeftState,
  type IterationRecord,
  iterationNumber,
  type Label,
  type LoopEvent,
  type StopReason,
  type WorkStage,
} from "./types.js";

type Fields<K extends keyof IterationRecord> = Readonly<{ [P in K]-?: NonNullable<IterationRecord[P]> }>;
type Optional<K extends keyof IterationRecord> = Readonly<{ [P in K]?: NonNullable<IterationRecord[P]> }>;

/** The evidence that each stage must bring (contract 2.7). */
export type Evidence = {
  train: Fields<"best_ckpt_path" | "training_spec"> & Optional<"best_ckpt_kind" | "val_loss">;
  evaluate: Fields<"best_ckpt_path" | "inference_csv" | "metric_result"> &
    Optional<"best_ckpt_kind" | "threshold" | "training_spec">;
  rca: Fields<"rca_gaps_parquet"> & Optional<"rca_threshold" | "rca_target_defects">;
  routing: Fields<"routing_mining_parquet" | "routing_anomalygen_parquet">;
  anomalygen:
    | Fields<"anomalygen_sdg_csv" | "anomalygen_allocation_json" | "anomalygen_amp_allocated">
    | Fields<"anomalygen_skipped">;
  data_mining:
    | Fields<
        | "mining_mined_parquet"
        | "mining_candidate_parquet"
        | "mining_summary"
        | "mining_history_summary"
        | "mining_target_embeddings"
        | "mining_source_embeddings"
        | "mining_target_log"
        | "mining_source_log"
        | "mining_knn_log"
        | "mining_history"
        | "mining_mined_count"
      >
    | Fields<"data_mining_skipped">;
  data_merge: Fields<"combined_training_csv" | "provenance_csv" | "merge_validation_report">;
};

export type Commit =
  | { [S in WorkStage]: Readonly<{ kind: "ok"; stage: S; evidence: Evidence[S] }> }[WorkStage]
  | Readonly<{ kind: "error"; stage: WorkStage | "loop_stop" }>
  | Readonly<{
      kind: "stop";
      stage: "loop_stop";
      reason: StopReason;
      artifacts: NonNullable<DeftState["final_artifacts"]>;
    }>;

const STOPPED: Readonly<Record<StopReason, string>> = {
  metric_met: "Stopped because the final metric contract was met.",
  max_iterations: "Stopped because the configured iteration limit was reached.",
};

/**
 * Adds one event to a run: a pure function from state to state. Besides the rules of contract 2.7 it refuses what
 * upstream lets through: a stage out of order, a second event for a stage, and any write to a run that has ended.
 *
 * @param o.label the iteration the event belongs to; must be the one whose turn it is
 * @param o.durationSec measured, whole, positive
 */
export function applyCommit(
  state: DeftState,
  commit: Commit,
  o: Readonly<{ label: Label; summary: string; durationSec: number; now: Date }>,
): DeftState {
  const number = iterationNumber(o.label);
  if (Number.isNaN(number)) throw refused(`the label must be baseline or iterN, not "${o.label}"`);
  if (!Number.isSafeInteger(o.durationSec) || o.durationSec <= 0)
    throw refused("a stage needs a positive measured duration");
  if (o.summary.trim() === "") throw refused("an event needs a summary");
  const next = nextStep(state);
  if (next.kind === "complete" || next.kind === "halt")
    throw refused(`the run has ended (${state.status}); it is never reopened`);
  if (next.label !== o.label) throw refused(`it is the turn of ${next.label}, not of ${o.label}`);
  const due = next.kind === "finalize" ? "loop_stop" : next.stage;
  if (due !== commit.stage) throw refused(`the next stage is ${due}, not ${commit.stage}`);
  if (state.events.some((e) => e.iter === o.label && e.stage === commit.stage))
    throw refused(`${o.label}/${commit.stage} already has its event`);

  const summary = commit.kind === "stop" ? STOPPED[commit.reason] : o.summary;
  const event: LoopEvent = {
    seq: state.events.reduce((most, e) => Math.max(most, e.seq), 0) + 1,
    ts: isoSeconds(o.now),
    iter: o.label,
    stage: commit.stage,
    status: commit.kind === "error" ? "error" : "ok",
    summary,
    duration_sec: o.durationSec,
    context_tokens: 0,
  };
  const before: IterationRecord = state.iterations[o.label] ?? { status: "in_progress" };
  const grown = {
    current_iteration: Math.max(number, state.current_iteration),
    events: [...state.events, event],
  };
  const ended = { completed_at: isoSeconds(o.now) };
  if (commit.kind === "error")
    return {
      ...state,
      ...grown,
      status: "failed",
      iterations: { ...state.iterations, [o.label]: { ...before, status: "failed" } },
      ...ended,
    };
  if (commit.kind === "stop") {
    checkStop(state, commit.reason, number, before);
    for (const file of Object.values(commit.artifacts)) within(file, state.results_dir, "final artifacts");
    return { ...state, ...grown, status: "complete", ...ended, final_artifacts: commit.artifacts };
  }
  checkEvidence(state, commit, o.label);
  const record = applyEvidence(state, before, commit);
  return {
    ...state,
    ...grown,
    status: "in_progress",
    iterations: { ...state.iterations, [o.label]: record },
  };
}

function applyEvidence(
  state: DeftState,
  before: IterationRecord,
  commit: Extract<Commit, { kind: "ok" }>,
): IterationRecord {
  if (commit.stage !== "evaluate")
    return {
      ...before,
      ...commit.evidence,
      stage_completed: commit.stage,
      status: before.status === "complete" ? "complete" : "in_progress",
    };
  const { threshold, metric_result, ...evidence } = commit.evidence;
  return {
    ...before,
    ...evidence,
    status: "complete",
    stage_completed: "evaluate",
    metric_result,
    ...(threshold === undefined ? {} : { threshold }),
    ...(state.metric_contract.name === "far_pct" ? { far_pct: metric_result.value } : {}),
  };
}

function checkStop(state: DeftState, reason: StopReason, number: number, record: IterationRecord): void {
  if (state.iterations.baseline?.status !== "complete") throw refused("loop_stop needs a complete baseline");
  if (record.status !== "complete") throw refused("loop_stop needs a complete last iteration");
  const passed = record.metric_result?.passed === true;
  if (reason === "metric_met" && !passed) throw refused("metric_met needs a result that passed");
  if (reason === "max_iterations" && passed) throw refused("max_iterations contradicts a result that passed");
  if (reason === "max_iterations" && number < state.max_iterations)
    throw refused("max_iterations needs an iteration at or beyond the limit");
}

function checkEvidence(state: DeftState, commit: Extract<Commit, { kind: "ok" }>, label: Label): void {
  for (const [field, value] of Object.entries(commit.evidence)) {
    if (PATHS.test(field) && !(typeof value === "string" && path.isAbsolute(value)))
      throw refused(`${field} must be an absolute path`);
  }
  const record = state.iterations[label];
  const home = path.join(state.results_dir, label);
  if (commit.stage === "train")
    within(commit.evidence.best_ckpt_path, path.join(home, "train"), "best_ckpt_path");
  if (commit.stage === "evaluate") {
    const { metric_result: result, threshold } = commit.evidence;
    if (!Number.isFinite(result.value)) throw refused("metric_result.value must be a number");
    if (state.metric_contract.evaluator.type === "builtin" && threshold === undefined)
      throw refused("the built-in evaluator's result needs a threshold");
  }
  if (commit.stage === "anomalygen" && "anomalygen_skipped" in commit.evidence) {
    if (!record?.routing_anomalygen_parquet) throw refused("anomalygen can be skipped only after routing");
  }
  if (commit.stage === "data_mining") {
    if ("data_mining_skipped" in commit.evidence) {
      if (!record?.routing_mining_parquet) throw refused("data_mining can be skipped only after routing");
    } else {
      const { mining_history, mining_mined_count, ...files } = commit.evidence;
      for (const [field, file] of Object.entries(files)) within(file, home, field);
      within(mining_history, state.results_dir, "mining_history");
      if (!Number.isSafeInteger(mining_mined_count) || mining_mined_count < 0)
        throw refused("mining_mined_count must be a whole number");
    }
  }
}

/** The evidence fields that hold files. */
export const PATHS = /_(path|spec|csv|parquet|json|summary|history|embeddings|log|report)$/;

function within(file: string, folder: string, name: string): void {
  const relative = path.relative(folder, file);
  if (relative === "" || relative.startsWith("..") || path.isAbsolute(relative))
    throw refused(`${name} must be under ${folder}: ${file}`);
}

function refused(message: string): ReflowError {
  return new ReflowError(
    "stage",
    "commit_refused",
    message,
    "The state on disk is unchanged. `reflow status <run-dir>` shows what comes next.",
  );
}
