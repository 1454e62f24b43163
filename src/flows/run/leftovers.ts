import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { isErrno } from "../../kit/errors.js";
import { removeLeftovers } from "../../scene/scan/leftovers.js";

/** Removes half-written files of killed processes below `folder`. */
export async function sweep(folder: string): Promise<void> {
  let entries: Awaited<ReturnType<typeof list>>;
  try {
    entries = await list(folder);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return;
    throw error;
  }
  await removeLeftovers(folder);
  for (const entry of entries) if (entry.isDirectory()) await sweep(path.join(folder, entry.name));
}

/** Removes files and folders of a step that starts over. */
export async function clear(paths: readonly string[]): Promise<void> {
  for (const p of paths) await rm(p, { recursive: true, force: true });
}

function list(folder: string) {
  return readdir(folder, { withFileTypes: true });
}
