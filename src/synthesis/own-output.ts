import { readdir } from "node:fs/promises";
import path from "node:path";
import { dataError, isErrno } from "../kit/errors.js";
import { exists, writeJsonAtomic } from "../kit/files.js";
import { FOLDERS } from "./run/make.js";
import { sceneFolder } from "./run/table.js";

/** Receipts and marker of a run. */
const WORK = "work";
const MARKER = "run.json";

/**
 * Marks a folder as the output of a run. A run clears pictures and labels that it did not make, so a folder that holds
 * such, and no work of a run, is somebody's own: throws `output_exists`. Other files beside them are left alone.
 */
export async function claimRun(output: string): Promise<void> {
  if (!(await listing(path.join(output, WORK))).some((name) => name.endsWith(".json"))) {
    const ours = new Set<string>([...Object.values(FOLDERS), "labels", "evaluation", "SDG_result.csv"]);
    const taken = (await listing(output)).find((name) => ours.has(name));
    if (taken !== undefined) throw foreign(output, taken);
    const scene = sceneFolder(output);
    if ((await listing(scene)).length > 0) throw foreign(path.dirname(scene), path.basename(scene));
  }
  await writeJsonAtomic(path.join(output, WORK, MARKER), { format: "reflow-synth-run", version: 1 });
}

/** Refuses to fit over somebody's checkpoint or settings: throws `output_exists`. */
export async function checkFit(output: string): Promise<void> {
  if (await exists(path.join(output, "bank", "bank.json"))) return;
  const taken = (await listing(output)).find((name) => name === "ag_config.yaml" || name === "checkpoints");
  if (taken !== undefined) throw foreign(output, taken);
}

async function listing(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}

function foreign(folder: string, name: string): ReturnType<typeof dataError> {
  return dataError(
    "output_exists",
    `${folder} holds "${name}", which this command did not make and would overwrite`,
    "Name a new folder, or remove this one first.",
    { file: path.join(folder, name) },
  );
}
