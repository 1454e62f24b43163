import { readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { dataError, explainWriteError, isErrno, ReflowError } from "../../kit/errors.js";
import { readJson, writeJsonAtomic } from "../../kit/files.js";
import type { FlowRequest } from "./types.js";

export const REQUEST_FILE = "flow.json";
export const RESULT_FILE = "result.json";
export const RECEIPTS = "receipts";

/** `flow.json`: the request as it is kept. Knows no paths of this machine. */
export type RecordedRequest = Readonly<{
  version: 1;
  flow: string;
  name: string;
  usecase: string;
  cookbook: string;
  /** SHA-256 of each cookbook file. */
  files: Readonly<Record<string, string>>;
  seed: number;
  knobs: Readonly<Record<string, unknown>>;
}>;

export function recorded({ flow, name, cookbook, seed, knobs }: FlowRequest): RecordedRequest {
  const { usecase, files } = cookbook;
  // What the root holds counts, not where it lies: receipts hash it.
  const { dig_url_root: _, ...own } = knobs;
  return { version: 1, flow, name, usecase, cookbook: cookbook.name, files, seed, knobs: own };
}

/**
 * Opens the folder of a flow: new or empty, or one with the same request, which then goes on. Throws `output_exists`
 * for any other content and `flow_differs`, naming what differs, for another request.
 */
export async function openFolder(output: string, request: FlowRequest): Promise<void> {
  const wanted = recorded(request);
  const file = path.join(output, REQUEST_FILE);
  const names = (await listing(output)).filter((name) => !name.startsWith(".reflow.lock"));
  if (names.includes(REQUEST_FILE)) {
    const found = (await readJson(file)) as RecordedRequest;
    if (JSON.stringify(found) === JSON.stringify(wanted)) return;
    // Nothing was made yet: the earlier request was refused.
    if (names.length === 1) return writeJsonAtomic(file, wanted);
    throw dataError(
      "flow_differs",
      `${output} was begun with another request: ${differences(found, wanted)}`,
      "Name a new folder, or give the request of flow.json to go on with it.",
      { file },
    );
  }
  if (names.length > 0)
    throw dataError(
      "output_exists",
      `${output} is not empty and holds no flow`,
      "Name a new or empty folder with --output.",
      { file: output },
    );
  await writeJsonAtomic(file, wanted);
}

/** Takes a folder away again that a refused request has made; one with content stays. */
export async function removeIfEmpty(output: string): Promise<void> {
  const names = await listing(output);
  if (names.length === 1 && names[0] === REQUEST_FILE)
    await rm(path.join(output, REQUEST_FILE), { force: true });
  await rmdir(output).catch(() => {});
}

async function listing(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    if (isErrno(error, "ENOTDIR"))
      throw new ReflowError("usage", "not_a_folder", `${folder} is a file`, "Name a new folder.", {
        where: { file: folder },
      });
    throw explainWriteError(error, folder);
  }
}

/** `seed 1 instead of 2, render_patches 5 instead of 3`. */
function differences(found: RecordedRequest, wanted: RecordedRequest): string {
  const list: string[] = [];
  for (const key of ["flow", "cookbook", "seed", "name"] as const)
    if (found[key] !== wanted[key] && !(key === "name" && list.length > 0))
      list.push(`${key} ${text(found[key])} instead of ${text(wanted[key])}`);
  const knobs = new Set([...Object.keys(found.knobs ?? {}), ...Object.keys(wanted.knobs)]);
  for (const knob of knobs)
    if (text(found.knobs?.[knob]) !== text(wanted.knobs[knob]))
      list.push(`${knob} ${text(found.knobs?.[knob])} instead of ${text(wanted.knobs[knob])}`);
  const files = new Set([...Object.keys(found.files ?? {}), ...Object.keys(wanted.files)]);
  for (const name of files)
    if (found.files?.[name] !== wanted.files[name]) list.push(`the cookbook's ${name} has changed`);
  const withoutName = list.filter((t) => !t.startsWith("name "));
  return (withoutName.length > 0 ? withoutName : list).slice(0, 5).join(", ") || "its record is damaged";
}

function text(value: unknown): string {
  return value === undefined ? "none" : typeof value === "string" ? value || '""' : JSON.stringify(value);
}
