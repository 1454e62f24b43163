import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { isErrno, ReflowError } from "../kit/errors.js";
import { explainReadError, writeJsonAtomic } from "../kit/files.js";
import type { DemoPlan } from "./plan.js";
import { RENDERS } from "./scans.js";

/** Says that a folder was made by the demo, and with what. */
const NOTE = "demo.json";

/** What a demo's folder holds. Without rows it is still in the making. */
export type DemoNote = Readonly<{
  edition: number;
  seed: number;
  plan: DemoPlan;
  rows?: Readonly<Record<string, number>>;
}>;

/**
 * The note of an earlier demo in `root`; undefined when the folder is missing or empty. Throws `demo_folder_in_use` for
 * all else, and `not_a_folder`.
 */
export async function readNote(root: string): Promise<DemoNote | undefined> {
  const found = await readdir(root).catch((error: unknown) => {
    if (isErrno(error, "ENOENT")) return [];
    if (isErrno(error, "ENOTDIR"))
      throw new ReflowError(
        "usage",
        "not_a_folder",
        `the demo cannot go to ${root}: the path, or a part of it, is a file`,
        "Name a new folder.",
        { where: { file: root } },
      );
    throw explainReadError(error, root);
  });
  if (found.length === 0) return undefined;
  const note = await parsed(path.join(root, NOTE));
  if (typeof note === "object" && note !== null && "edition" in note && "seed" in note)
    return note as DemoNote;
  throw new ReflowError(
    "usage",
    "demo_folder_in_use",
    `${root} is not empty and was not made by the demo; nothing was written`,
    "Name a new or empty folder with --output.",
    { where: { file: root } },
  );
}

export async function writeNote(root: string, note: DemoNote): Promise<void> {
  await writeJsonAtomic(path.join(root, NOTE), note);
}

/** Removes the pictures of a demo of another seed or edition. */
export async function clearDemo(root: string): Promise<void> {
  for (const name of [RENDERS, "images"]) await rm(path.join(root, name), { recursive: true, force: true });
}

async function parsed(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}
