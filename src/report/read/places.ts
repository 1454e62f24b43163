import { readdir, stat } from "node:fs/promises";
import path from "node:path";

/**
 * Finds the files that a run's state names. A run may have been copied or moved since it was written, so paths
 * below the recorded run folder or workspace are moved along; paths elsewhere stay as they are.
 */
export type Places = Readonly<{
  runDir: string;
  workspace: string;
  /** The present place of a recorded path. */
  locate: (recorded: string | undefined) => string | undefined;
}>;

/** @param recordedRun `results_dir` of the state: `<workspace>/results/run_<time>` */
export function placesOf(runDir: string, recordedRun: string | undefined): Places {
  const here = path.resolve(runDir);
  const workspace = path.dirname(path.dirname(here));
  const was = recordedRun ? path.resolve(recordedRun) : here;
  const wasWorkspace = path.dirname(path.dirname(was));
  const locate = (recorded: string | undefined): string | undefined => {
    if (!recorded) return undefined;
    if (!path.isAbsolute(recorded)) return path.resolve(here, recorded);
    return moved(recorded, was, here) ?? moved(recorded, wasWorkspace, workspace) ?? recorded;
  };
  return { runDir: here, workspace, locate };
}

function moved(file: string, from: string, to: string): string | undefined {
  const relative = path.relative(from, file);
  if (relative.startsWith("..") || path.isAbsolute(relative)) return undefined;
  return path.join(to, relative);
}

/** The lexicographically last sub-folder (contract 1.1: result folders are named by a sortable time). */
export async function lastFolder(parent: string): Promise<string | undefined> {
  try {
    const names = (await readdir(parent, { withFileTypes: true }))
      .filter((e) => e.isDirectory() && !e.name.startsWith("."))
      .map((e) => e.name)
      .sort();
    const last = names[names.length - 1];
    return last === undefined ? undefined : path.join(parent, last);
  } catch {
    return undefined;
  }
}

/** File names of a folder in order; empty when it is absent. */
export async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
}

export async function isFile(file: string | undefined): Promise<boolean> {
  if (!file) return false;
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
