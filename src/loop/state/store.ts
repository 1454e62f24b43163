import path from "node:path";
import { z } from "zod";
import { dataError, readJson, toJson, writeFileAtomic } from "../../kit/index.js";
import { stateFaults } from "./invariants.js";
import type { DeftState, LoopEvent } from "./types.js";

export const STATE_FILE = "deft_state.json";
export const LOG_FILE = "loop_log.jsonl";

const shape = z.looseObject({
  version: z.literal(4),
  started_at: z.string(),
  status: z.enum(["in_progress", "complete", "failed"]),
  kpi_target: z.string(),
  metric_contract: z.looseObject({ name: z.string() }),
  results_dir: z.string(),
  max_iterations: z.int().positive(),
  current_iteration: z.int().nonnegative(),
  execution_policy: z.looseObject({}),
  config: z.looseObject({}),
  iterations: z.record(z.string(), z.looseObject({ status: z.string() })),
  events: z.array(
    z.looseObject({
      seq: z.int(),
      ts: z.string(),
      iter: z.string(),
      stage: z.string(),
      status: z.enum(["ok", "error"]),
      summary: z.string(),
      duration_sec: z.int(),
    }),
  ),
});

/** Reads and checks the state. Throws `state_missing`, `json_invalid`, `state_invalid` or `state_inconsistent`. */
export async function loadState(runDir: string): Promise<DeftState> {
  const file = path.join(runDir, STATE_FILE);
  const raw = await readJson(file).catch((error: unknown) => {
    if ((error as { code?: string }).code === "file_missing")
      throw dataError(
        "state_missing",
        `${runDir} is not a run: it has no ${STATE_FILE}`,
        "Give the run folder, <workspace>/results/run_…",
        { file },
      );
    throw error;
  });
  const parsed = shape.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw dataError(
      "state_invalid",
      `not a version 4 state: ${issue?.path.join(".")}: ${issue?.message}`,
      "The file was changed by hand or by another program. Start a new run.",
      { file },
    );
  }
  const state = raw as DeftState;
  const faults = stateFaults(state);
  if (faults.length > 0)
    throw dataError(
      "state_inconsistent",
      `the state contradicts itself: ${faults.slice(0, 3).join("; ")}`,
      "The file was changed by hand or by another program. Start a new run.",
      { file },
    );
  return state;
}

/** Writes the state, then its mirror. A kill in between is repaired by {@link mirrorLog} at the next start. */
export async function saveState(runDir: string, state: DeftState): Promise<void> {
  await writeFileAtomic(path.join(runDir, STATE_FILE), toJson(state));
  await mirrorLog(runDir, state);
}

/** `loop_log.jsonl` holds the same events, one a line, for readers of the older generations (contract 3). */
export async function mirrorLog(runDir: string, state: DeftState): Promise<void> {
  await writeFileAtomic(path.join(runDir, LOG_FILE), logText(state.events));
}

export function logText(events: readonly LoopEvent[]): string {
  return events.map((e) => `${JSON.stringify(e)}\n`).join("");
}
