import { readdir, realpath } from "node:fs/promises";
import path from "node:path";
import { exists, readJson } from "../kit/index.js";
import { STATE_FILE } from "./state/index.js";

/** All run folders of a workspace, oldest first. */
export async function listRuns(workspace: string): Promise<string[]> {
  const results = path.join(workspace, "results");
  const entries = await readdir(results, { withFileTypes: true }).catch(() => []);
  const runs: string[] = [];
  for (const e of entries) {
    if (!e.isDirectory() || !/^run_\d{8}_\d{6}$/.test(e.name)) continue;
    const dir = path.join(results, e.name);
    if (await exists(path.join(dir, STATE_FILE))) runs.push(dir);
  }
  return runs.sort();
}

/** The newest unfinished run that was approved with this very plan, or undefined. */
export async function findResumable(workspace: string, planHash: string): Promise<string | undefined> {
  for (const dir of (await listRuns(workspace)).reverse()) {
    const state = (await readJson(path.join(dir, STATE_FILE)).catch(() => undefined)) as
      | { status?: unknown }
      | undefined;
    const plan = (await readJson(path.join(dir, "plan.json")).catch(() => undefined)) as
      | { plan_hash?: unknown }
      | undefined;
    if (state?.status === "in_progress" && plan?.plan_hash === planHash) return dir;
  }
  return undefined;
}

/** The workspace of a run folder: two levels up (contract 1.1). */
export async function workspaceOf(runDir: string): Promise<string> {
  return path.dirname(path.dirname(await realpath(runDir)));
}
