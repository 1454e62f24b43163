import { realpath } from "node:fs/promises";
import path from "node:path";
import { readTable, toPairRows } from "../dataset/index.js";
import { type Clock, systemClock } from "../engine/index.js";
import { dataError, hashFile, type Problem, ReflowError, readJson } from "../kit/index.js";
import type { Verdict } from "../metric/index.js";
import { type DriveOptions, drive } from "./driver.js";
import { createRun } from "./init.js";
import { collectFiles, fingerprintImages } from "./plan/fingerprint.js";
import { blocking, makePlan, type Plan, type RunOptions } from "./plan/index.js";
import { readPlanFile } from "./plan/read.js";
import { findResumable } from "./runs.js";
import { type DeftState, loadState } from "./state/index.js";
import { bestLabel } from "./steps/train.js";

/** How a run ended. */
export type RunOutcome = Readonly<{
  run_dir: string;
  verdict: Verdict["verdict"];
  metric: Readonly<{
    name: string;
    value: number;
    unit: string;
    passed: boolean;
    target: string;
    iteration: string;
  }>;
  state: DeftState;
}>;

/** Thrown by {@link startRun} when the plan in front of us is not the one that was approved. */
export class NotApproved extends ReflowError {
  readonly plan: Plan;
  constructor(plan: Plan, given: string | undefined) {
    super(
      "usage",
      given === undefined ? "approval_missing" : "approval_mismatch",
      given === undefined
        ? "this plan has not been approved"
        : "the approved plan is not this one: options or data have changed",
      `Read the summary; to approve it, add --approve ${plan.plan_hash}`,
    );
    this.plan = plan;
  }
}

/**
 * Plans, checks the approval, and works the run to its end. An unfinished run of the very same plan is continued;
 * otherwise a new run folder is made. Nothing is written before the approval matches.
 */
export async function startRun(
  options: RunOptions,
  approve: string | undefined,
  o: DriveOptions & { onRunDir?: (runDir: string) => void },
): Promise<RunOutcome> {
  const plan = await makePlan(options, { emit: o.emit, ...(o.signal ? { signal: o.signal } : {}) });
  if (approve !== plan.plan_hash) throw new NotApproved(plan, approve);
  return runPlan(plan, o);
}

/** The second half of {@link startRun}, for a plan that was approved. */
export async function runPlan(
  plan: Plan,
  o: DriveOptions & { onRunDir?: (runDir: string) => void },
): Promise<RunOutcome> {
  refuseBlocked(plan.problems);
  const clock: Clock = o.clock ?? systemClock;
  const runDir = (await findResumable(plan.workspace, plan.plan_hash)) ?? (await createRun(plan, clock));
  o.onRunDir?.(runDir);
  return await outcome(runDir, plan, await drive(runDir, plan, o));
}

/**
 * Continues a run from its folder. The plan on disk is the approval; data that changed since then need a new one.
 * A complete run is only reported again. Throws `run_failed` for a run that ended at a hard stop.
 */
export async function resumeRun(
  folder: string,
  o: DriveOptions & { onRunDir?: (runDir: string) => void },
): Promise<RunOutcome> {
  const state = await loadState(folder);
  const runDir = await realpath(folder);
  const plan = await readPlan(runDir, state);
  o.onRunDir?.(runDir);
  if (state.status === "failed") {
    const last = state.events.at(-1);
    throw new ReflowError(
      "stage",
      "run_failed",
      `this run ended at a hard stop: ${last?.iter}/${last?.stage}: ${last?.summary}`,
      "A hard stop is not retried. Repair the cause and start a new run with `reflow run`.",
    );
  }
  if (state.status === "in_progress") await refuseChangedData(plan);
  return await outcome(runDir, plan, await drive(runDir, plan, o));
}

/** The plan that a run was approved with. Throws `plan_missing`, `plan_invalid` or `run_moved`. */
export async function readPlan(runDir: string, state: DeftState): Promise<Plan> {
  const plan = await readPlanFile(runDir);
  if (path.resolve(state.results_dir) !== (await realpath(runDir)))
    throw new ReflowError(
      "data",
      "run_moved",
      `this run was made at ${state.results_dir} and its files name that place`,
      "Move it back, or start a new run here.",
      { where: { file: runDir } },
    );
  return plan;
}

/** The plan was approved for these tables and images: anything else needs a new approval. */
async function refuseChangedData(plan: Plan): Promise<void> {
  for (const [role, table] of Object.entries(plan.data.tables)) {
    if (!table || (await hashFile(table.file)) === table.sha256) continue;
    throw dataError(
      "data_changed",
      `the ${role} table has changed since the plan was approved`,
      "Restore it, or plan and approve a new run.",
      { file: table.file },
    );
  }
  const files = new Set<string>();
  for (const table of Object.values(plan.data.tables)) {
    if (!table) continue;
    const read = await readTable(table.file);
    const naming = { imagesDir: plan.data.imagesDir, lights: plan.lights, imageExt: plan.image_ext };
    if (read.table) collectFiles(toPairRows(read.table, naming).rows, files);
  }
  const now = await fingerprintImages(plan.data.imagesDir, files);
  if (now.sha256 !== plan.data.images.sha256)
    throw dataError(
      "data_changed",
      "images have changed since the plan was approved",
      "Restore them, or plan and approve a new run.",
      { file: plan.data.imagesDir },
    );
}

function refuseBlocked(problems: readonly Problem[]): void {
  const errors = blocking({ problems });
  const first = errors[0];
  if (!first) return;
  throw new ReflowError("data", first.code, first.message, first.hint, {
    ...(first.where ? { where: first.where } : {}),
    problems: errors,
  });
}

/** The verdict of a finished run: the best label's measured values, then the claim if one was made. */
export async function outcome(runDir: string, plan: Plan, state: DeftState): Promise<RunOutcome> {
  const best = bestLabel(state);
  const result = best && state.iterations[best]?.metric_result;
  if (!best || !result)
    throw new ReflowError(
      "stage",
      "no_result",
      "the run has no result",
      "`reflow status` shows how far it came.",
    );
  return {
    run_dir: runDir,
    verdict: await verdictOf(runDir, best, result.passed),
    metric: {
      name: result.name,
      value: result.value,
      unit: result.unit,
      passed: result.passed,
      target: plan.kpi_target,
      iteration: best,
    },
    state,
  };
}

/** The verdict that the evaluate stage reached, intervals and claim considered; a failed comparison always counts. */
async function verdictOf(runDir: string, label: string, passed: boolean): Promise<Verdict["verdict"]> {
  if (!passed) return "not met";
  const file = path.join(runDir, label, "evaluate", "selection.json");
  const { verdict } = ((await readJson(file).catch(() => ({}))) ?? {}) as { verdict?: Verdict["verdict"] };
  return verdict ?? "met";
}
