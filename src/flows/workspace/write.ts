import { readdir } from "node:fs/promises";
import path from "node:path";
import { dataError, isErrno, ReflowError } from "../../kit/errors.js";
import { readJson, writeJsonAtomic } from "../../kit/files.js";
import type { FlowOutcome, FlowRequest } from "../run/types.js";
import { dealRows, writeTables } from "./tables.js";

/** Says which run a workspace was made of. */
const NOTE = "cold-start.json";

/**
 * Makes a cold-start workspace of a finished flow: pictures under `images/`, tables for training, validation, test and
 * pool. Returns the rows of each table. Throws `workspace_needs_defects`, `workspace_one_class` and `output_exists`.
 */
export async function writeWorkspace(
  folder: string,
  request: FlowRequest,
  outcome: FlowOutcome,
): Promise<Readonly<Record<string, number>>> {
  const root = path.resolve(folder);
  if (!outcome.pairs)
    throw new ReflowError(
      "usage",
      "workspace_needs_defects",
      `${request.flow} makes no pairs of good and defective pictures`,
      "Use structural, texture-day0, day1-align or day1-roi with --to-workspace.",
    );
  await claim(root, request);
  const rows = await outcome.pairs(path.join(root, "images"));
  return writeTables(root, dealRows(rows, request.seed));
}

/** A new or empty folder, or one that the same run has made. */
async function claim(root: string, request: FlowRequest): Promise<void> {
  const names: readonly string[] = await readdir(root).catch((error: unknown): string[] => {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  });
  const note = { flow: request.flow, name: request.name, seed: request.seed };
  if (names.includes(NOTE)) {
    const found = await readJson(path.join(root, NOTE));
    if (JSON.stringify(found) === JSON.stringify(note)) return;
  }
  if (names.length > 0)
    throw dataError(
      "output_exists",
      `${root} is not empty and was not made of ${request.name}`,
      "Name a new folder with --to-workspace.",
      {
        file: root,
      },
    );
  await writeJsonAtomic(path.join(root, NOTE), note);
}
