import { type DeftState, type Label, labelOf, type WorkStage } from "./types.js";

/** What a run does next. `finalize` leads to loop_stop; `halt` is a run that ended at a hard stop. */
export type NextStep =
  | Readonly<{ kind: "stage"; label: Label; stage: WorkStage }>
  | Readonly<{ kind: "finalize"; label: Label; reason: "metric_met" | "max_iterations" }>
  | Readonly<{ kind: "complete"; label: Label }>
  | Readonly<{ kind: "halt"; label: Label }>;

const AFTER: Readonly<Record<string, WorkStage>> = {
  train: "evaluate",
  routing: "anomalygen",
  anomalygen_finetune: "anomalygen",
  anomalygen: "data_mining",
  data_mining: "data_merge",
  data_merge: "train",
};

/** The next-stage decision of contract 2.9, from the state alone. */
export function nextStep(state: DeftState): NextStep {
  const current = Object.keys(state.iterations).length === 0 ? 0 : state.current_iteration;
  const label = labelOf(current);
  if (state.status === "complete") return { kind: "complete", label };
  if (state.status === "failed") return { kind: "halt", label };
  const record = state.iterations[label];
  const done = record?.stage_completed;
  if (done === "evaluate") {
    if (record?.metric_result?.passed === true) return { kind: "finalize", label, reason: "metric_met" };
    if (current > 0 && current >= state.max_iterations)
      return { kind: "finalize", label, reason: "max_iterations" };
    return { kind: "stage", label, stage: "rca" };
  }
  if (done === "rca") return { kind: "stage", label: labelOf(current + 1), stage: "routing" };
  return { kind: "stage", label, stage: (done && AFTER[done]) || "train" };
}

/** The name that upstream's context tool gives the step. */
export function nextName(next: NextStep): string {
  return next.kind === "stage" ? next.stage : next.kind;
}
