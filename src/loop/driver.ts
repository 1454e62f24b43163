import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import {
  type Clock,
  type Platform,
  processStart,
  runInterrupted,
  systemClock,
  type Toolkit,
} from "../engine/index.js";
import { acquireLock, sweepTakeover } from "../engine/lock.js";
import { type Emit, ReflowError, writeFileAtomic } from "../kit/index.js";
import { fixed } from "../metric/index.js";
import { type Layout, layout } from "./layout.js";
import type { Plan } from "./plan/index.js";
import { progressWriter } from "./progress.js";
import { duration, type RunContext, type StepResult } from "./run-context.js";
import {
  applyCommit,
  type Commit,
  type DeftState,
  type Label,
  loadState,
  mirrorLog,
  type NextStep,
  nextName,
  nextStep,
  saveState,
  type WorkStage,
} from "./state/index.js";
import { rcaStep, routingStep } from "./steps/analyse.js";
import { evaluateStep } from "./steps/evaluate.js";
import { finalizeStep } from "./steps/finalize.js";
import { anomalygenStep, mergeStep, miningStep } from "./steps/grow.js";
import { trainStep } from "./steps/train.js";
import { iterationSummary } from "./summary.js";

export type DriveOptions = Readonly<{
  toolkit: Toolkit;
  platform: Platform;
  emit: Emit;
  clock?: Clock;
  signal?: AbortSignal;
  /** Renders the HTML report of a run folder; a failure is a warning, never fatal (contract 2.6). */
  report?: (runDir: string) => Promise<void>;
}>;

const STEPS: { readonly [S in WorkStage]: (c: RunContext, label: Label) => Promise<StepResult<Commit>> } = {
  train: trainStep,
  evaluate: evaluateStep,
  rca: rcaStep,
  routing: routingStep,
  anomalygen: anomalygenStep,
  data_mining: miningStep,
  data_merge: mergeStep,
};

/** Faults of the surroundings, not of the work: the run stays as it is and can go on when they are gone. */
const PASSING = new Set(["disk_full", "read_only", "no_permission", "run_locked", "program_not_found"]);

/**
 * Works a run to its end: re-reads the state before every stage, runs the stage that is due, commits its evidence.
 * Holds the run's lock all the time. Safe to call again after a kill at any instant.
 *
 * @returns the final state (`complete`)
 * @throws the hard stop's error after it has been committed, or `interrupted` with the run resumable
 */
export async function drive(runDir: string, plan: Plan, o: DriveOptions): Promise<DeftState> {
  const lock = await acquireLock(runDir, {
    hint: `\`reflow status ${runDir}\` shows its progress.`,
  });
  const clock = o.clock ?? systemClock;
  const files = layout(plan.workspace, runDir);
  const progress = progressWriter(files.progress);
  const emit: Emit = (event) => {
    progress.note(event);
    o.emit(event);
  };
  try {
    await sweepTakeover(runDir);
    await sweepTemporaries(runDir);
    let state = await loadState(runDir);
    await mirrorLog(runDir, state);
    for (;;) {
      const next = nextStep(state);
      if (next.kind === "complete" || next.kind === "halt") break;
      if (o.signal?.aborted) throw runInterrupted();
      progress.stage(next.label, nextName(next));
      state = await advance(next, { ...o, plan, state, clock, emit, files });
    }
    await renderReport(o, emit, runDir);
    return state;
  } catch (error) {
    if (error instanceof ReflowError && error.kind === "interrupted") throw error;
    throw await hardStop(error, { ...o, runDir, clock, emit });
  } finally {
    await progress.end();
    await lock.release();
  }
}

type Advance = Readonly<{ plan: Plan; state: DeftState; files: Layout; clock: Clock; emit: Emit }> &
  DriveOptions;

async function advance(
  next: Extract<NextStep, { kind: "stage" | "finalize" }>,
  o: Advance,
): Promise<DeftState> {
  const { files, plan, state, clock, emit } = o;
  const stage = next.kind === "finalize" ? "loop_stop" : next.stage;
  emit({ type: "stage", label: next.label, stage, status: "start" });
  const context: RunContext = {
    layout: files,
    plan,
    state,
    toolkit: o.toolkit,
    platform: o.platform,
    clock,
    emit,
    workers: plan.parameters.workers.value,
    ...(o.signal ? { signal: o.signal } : {}),
  };
  const done =
    next.kind === "finalize"
      ? await finalizeStep(context, next.reason)
      : await STEPS[next.stage](context, next.label);
  const seconds = duration(done.seconds);
  const after = applyCommit(state, done.commit, {
    label: next.label,
    summary: done.summary,
    durationSec: seconds,
    now: clock.now(),
  });
  // Derived from the new state and written before it: a kill in between only writes it again.
  if (stage === "evaluate" && next.label !== "baseline")
    await writeFileAtomic(files.iterationSummary(next.label), iterationSummary(after, next.label));
  await saveState(files.rd, after);
  const event = after.events.at(-1);
  emit({
    type: "stage",
    label: next.label,
    stage,
    status: "ok",
    summary: statusLine(after, next.label, stage, seconds) + (event ? ` · ${event.summary}` : ""),
    seconds,
    next: nextName(nextStep(after)),
  });
  if (stage === "evaluate") await renderReport(o, emit, files.rd);
  return after;
}

/** `[iter 1/3 · evaluate] FAR 2.1% · 12 s · next: rca` (contract 2.10). */
function statusLine(state: DeftState, label: Label, stage: string, seconds: number): string {
  const result = state.iterations[label]?.metric_result;
  const metric = result
    ? ` ${state.metric_contract.display_name} ${fixed(result.value, 2)}${result.unit} ·`
    : "";
  const number = label === "baseline" ? "0" : label.slice(4);
  return `[iter ${number}/${state.max_iterations} · ${stage}]${metric} ${seconds} s · next: ${nextName(nextStep(state))}`;
}

/** Commits the error event of a hard stop (contract 12.4): the run ends, the report is made, nothing is retried. */
async function hardStop(
  error: unknown,
  o: DriveOptions & { runDir: string; clock: Clock; emit: Emit },
): Promise<unknown> {
  if (!(error instanceof ReflowError) || PASSING.has(error.code) || error.code.startsWith("state_"))
    return error;
  try {
    const state = await loadState(o.runDir);
    const next = nextStep(state);
    if (next.kind !== "stage" && next.kind !== "finalize") return error;
    const stage = next.kind === "finalize" ? "loop_stop" : next.stage;
    const now = o.clock.now();
    const failed = applyCommit(
      state,
      { kind: "error", stage },
      { label: next.label, summary: `${error.code}: ${error.message}`, durationSec: 1, now },
    );
    await saveState(o.runDir, failed);
    o.emit({
      type: "stage",
      label: next.label,
      stage,
      status: "error",
      summary: `${error.code}: ${error.message}`,
    });
    await renderReport(o, o.emit, o.runDir);
  } catch (second) {
    // The stop itself could not be recorded (full disk): the run stays resumable and the first error is told.
    o.emit({
      type: "log",
      level: "warn",
      message: `the hard stop could not be recorded: ${(second as Error).message}`,
    });
  }
  return error;
}

async function renderReport(o: Pick<DriveOptions, "report">, emit: Emit, runDir: string): Promise<void> {
  try {
    await o.report?.(runDir);
  } catch (error) {
    emit({
      type: "log",
      level: "warn",
      message: `the report could not be made: ${(error as Error).message}`,
    });
  }
}

/** Removes the temporary files that killed processes left behind. Only the holder of the lock may. */
async function sweepTemporaries(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) await sweepTemporaries(full);
    else {
      const owner = /^\..+\.(\d+)\.[0-9a-f]{8,16}(\.tmp|\.copy)?$/.exec(entry.name);
      if (owner && (await processStart(Number(owner[1]))) === undefined) await rm(full, { force: true });
    }
  }
}
