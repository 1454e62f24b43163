import { realpath } from "node:fs/promises";
import path from "node:path";
import { lockHolder } from "../engine/lock.js";
import { exists, readJson } from "../kit/index.js";
import { describeTarget } from "../metric/index.js";
import type { Progress } from "./progress.js";
import { type DeftState, type LoopEvent, loadState, nextName, nextStep } from "./state/index.js";
import { bestLabel } from "./steps/train.js";

export type RunStatus = Readonly<{
  run_dir: string;
  status: "running" | "interrupted" | "complete" | "failed";
  target: string;
  iteration: string;
  max_iterations: number;
  next_stage: string;
  metric: readonly Readonly<{ label: string; value: number; unit: string; passed: boolean }>[];
  best: string | null;
  events: readonly LoopEvent[];
  progress: Progress | null;
  report: string | null;
}>;

/** What is true of a run, read from disk alone. A run in progress without a living holder is interrupted. */
export async function runStatus(folder: string): Promise<RunStatus> {
  const state = await loadState(folder);
  const runDir = await realpath(folder);
  const holder = await lockHolder(runDir);
  const next = nextStep(state);
  const report = path.join(runDir, "DEFT_Loop_Report.html");
  const progress = (await readJson(path.join(runDir, "progress.json")).catch(() => null)) as Progress | null;
  return {
    run_dir: runDir,
    status: state.status === "in_progress" ? (holder ? "running" : "interrupted") : state.status,
    target: describeTarget(state.metric_contract),
    iteration: next.label,
    max_iterations: state.max_iterations,
    next_stage: nextName(next),
    metric: metrics(state),
    best: bestLabel(state) ?? null,
    events: state.events.slice(-5),
    progress: holder ? progress : null,
    report: (await exists(report)) ? report : null,
  };
}

function metrics(state: DeftState): RunStatus["metric"] {
  return Object.entries(state.iterations).flatMap(([label, r]) =>
    r.metric_result
      ? [{ label, value: r.metric_result.value, unit: r.metric_result.unit, passed: r.metric_result.passed }]
      : [],
  );
}
