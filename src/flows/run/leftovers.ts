import { rm } from "node:fs/promises";

/** Removes files and folders of a step that starts over. */
export async function clear(paths: readonly string[]): Promise<void> {
  for (const p of paths) await rm(p, { recursive: true, force: true });
}
