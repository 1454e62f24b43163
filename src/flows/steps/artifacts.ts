import { readdir } from "node:fs/promises";
import path from "node:path";
import { dataError } from "../../kit/errors.js";
import { exists } from "../../kit/files.js";
import { rootFolder } from "../run/knobs.js";
import type { Knobs } from "../run/types.js";

/** Deepest folder in which a `defect_spec.jsonl` is looked for (dig 1.5, mode A). */
const DEPTH = 3;

/**
 * `datasets/<usecase>/raw` of the storage root; undefined without a root. Throws `artifact_missing` when it is not there
 * or empty (dig 4.3).
 */
export async function rawFolder(knobs: Knobs, usecase: string): Promise<string | undefined> {
  const root = rootFolder(knobs);
  if (root === undefined) return undefined;
  const raw = path.join(root, "datasets", usecase, "raw");
  const names = await readdir(raw).catch(() => []);
  if (names.length > 0) return raw;
  throw dataError(
    "artifact_missing",
    `${raw} is ${names.length === 0 && (await exists(raw)) ? "empty" : "not there"}`,
    `Prepare it with \`reflow setup ${usecase === "metal_surface" ? "metal" : usecase} --root ${root}\`, or put labelled pictures there.`,
    { file: raw },
  );
}

/** The folder at or below `raw` that holds a `defect_spec.jsonl`, nearest first. */
export async function specFolder(raw: string): Promise<string | undefined> {
  let level = [raw];
  for (let depth = 0; depth <= DEPTH; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      if (await exists(path.join(folder, "defect_spec.jsonl"))) return folder;
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
        if (entry.isDirectory() && !entry.name.startsWith(".")) next.push(path.join(folder, entry.name));
    }
    level = next.sort();
  }
  return undefined;
}
