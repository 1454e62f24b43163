import path from "node:path";
import { readJson } from "../kit/index.js";
import { listRuns } from "./runs.js";

/**
 * How often earlier runs of this workspace looked at this very release set. A set that is looked at again and
 * again is no longer an independent judge; the log and the report say so.
 */
export async function previousLooks(workspace: string, runDir: string, sha256: string): Promise<number> {
  let looks = 0;
  for (const run of await listRuns(workspace)) {
    if (path.resolve(run) === path.resolve(runDir)) continue;
    const log = (await readJson(path.join(run, "release_log.json")).catch(() => undefined)) as
      | { sha256?: unknown }
      | undefined;
    if (log?.sha256 === sha256) looks++;
  }
  return looks;
}
