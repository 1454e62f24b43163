import { readdir } from "node:fs/promises";
import path from "node:path";
import { dataError, isErrno, ReflowError } from "../../kit/errors.js";
import { explainReadError, readJson, writeJsonAtomic } from "../../kit/files.js";
import { checkFolder } from "../../kit/folders.js";
import { sweep } from "../../kit/leftovers.js";
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
  if (!outcome.pairs) throw needsDefects(request);
  await checkWorkspace(root, request);
  await sweep(root);
  await writeJsonAtomic(path.join(root, NOTE), noteOf(request));
  const rows = await outcome.pairs(path.join(root, "images"));
  return writeTables(root, dealRows(rows, request.seed));
}

/**
 * Refuses a workspace that could not be written, before anything is made for it: only a new or empty folder, or one that
 * the same run has made, is taken. Throws as {@link writeWorkspace}.
 */
export async function checkWorkspace(folder: string, request: FlowRequest): Promise<void> {
  const root = path.resolve(folder);
  if (request.flow === "good" || request.flow === "finetune") throw needsDefects(request);
  await checkFolder(root);
  const names: readonly string[] = await readdir(root).catch((error: unknown): string[] => {
    if (isErrno(error, "ENOENT")) return [];
    throw explainReadError(error, root);
  });
  if (names.includes(NOTE)) {
    const found = await readJson(path.join(root, NOTE));
    if (JSON.stringify(found) === JSON.stringify(noteOf(request))) return;
  }
  if (names.length > 0)
    throw dataError(
      "output_exists",
      `${root} is not empty and was not made of ${request.name}`,
      "Name a new folder with --to-workspace.",
      { file: root },
    );
}

function noteOf({ flow, name, seed }: FlowRequest) {
  return { flow, name, seed };
}

function needsDefects(request: FlowRequest): ReflowError {
  return new ReflowError(
    "usage",
    "workspace_needs_defects",
    `${request.flow} makes no pairs of good and defective pictures`,
    "Use structural, texture-day0, day1-align or day1-roi with --to-workspace.",
  );
}
