import { appendFile, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { dataError, explainWriteError, isErrno, type Problem, ReflowError } from "../kit/errors.js";
import {
  dropTail,
  exists,
  hashFile,
  joinInside,
  readBytes,
  readJson,
  writeJsonAtomic,
} from "../kit/files.js";
import { makeFolder } from "../kit/folders.js";
import type { SampleResult } from "./routes/task.js";
import { recordPath } from "./testcases.js";

/** What became of one sample; `inputs` is a hash of what it was made from. */
export type SampleEntry = Readonly<{ key: string; inputs: string }> & SampleResult;

/** The notes of a placement in the making, so that a stopped one goes on where it was. */
export type Records = Readonly<{
  /** An earlier result, when its inputs are the same and its masks are still there. */
  done: (key: string, inputs: string) => Promise<SampleEntry | undefined>;
  add: (entry: SampleEntry) => Promise<void>;
  /** Writes `place.json`, removes masks that no entry has any more, and ends the notes. */
  finish: (totals: Readonly<Record<string, unknown>>, entries: readonly SampleEntry[]) => Promise<void>;
}>;

const FINAL = "place.json";
const RUNNING = ".place.jsonl";

/**
 * Opens `output` for a placement with `settings`. A new or empty folder begins; one of the same settings goes on.
 * Throws `output_exists` for any other content, so that masks of different settings never mix.
 */
export async function openRecords(
  output: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<Records> {
  const final = path.join(output, FINAL);
  const running = path.join(output, RUNNING);
  const header = JSON.stringify({ settings });
  const names = await listing(output);
  const known = new Map<string, SampleEntry>();
  const note = (value: unknown): void => {
    if (isEntry(value)) known.set(value.key, heard(value, output));
  };
  if (names.includes(FINAL)) for (const e of await readFinal(final, header, output)) note(e);
  if (names.includes(RUNNING)) {
    // The last line may end within a letter.
    const lines = new TextDecoder().decode(await readBytes(running)).split("\n");
    // Cut off within the first line: nothing was made yet.
    if (lines.length < 2) await rm(running);
    else {
      for (const e of readRunning(lines, header, output)) note(e);
      await dropTail(running, lines);
    }
  } else if (names.length > 0 && !names.includes(FINAL))
    throw refused(output, "is not empty and holds no work of this command");
  else if (names.length === 0) await begin(running, header);
  return {
    done: async (key, inputs) => {
      const entry = known.get(key);
      if (!entry || entry.inputs !== inputs) return undefined;
      const same = await Promise.all(
        entry.masks.map(async ({ file, hash }) => {
          const mask = joinInside(output, file);
          return (await exists(mask)) && (await hashFile(mask)) === hash;
        }),
      );
      return same.every(Boolean) ? entry : undefined;
    },
    add: async (entry) => {
      try {
        if (!(await exists(running))) await begin(running, header);
        await appendFile(running, `${JSON.stringify(told(entry, output))}\n`);
      } catch (error) {
        throw explainWriteError(error, running);
      }
    },
    finish: async (totals, entries) => {
      const kept = new Set(entries.flatMap((e) => e.masks.map((m) => m.file)));
      for (const { masks } of known.values())
        for (const { file } of masks)
          if (!kept.has(file)) await rm(joinInside(output, file), { force: true });
      await writeJsonAtomic(final, { settings, totals, samples: entries.map((e) => told(e, output)) });
      await rm(running, { force: true });
    },
  };
}

async function listing(folder: string): Promise<readonly string[]> {
  try {
    // Hidden files of others, such as a lock, are no content.
    return (await readdir(folder)).filter((name) => !name.startsWith(".") || name === RUNNING);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    if (isErrno(error, "ENOTDIR")) throw refused(folder, "is a file");
    throw explainWriteError(error, folder);
  }
}

async function begin(running: string, header: string): Promise<void> {
  try {
    await makeFolder(path.dirname(running));
    await appendFile(running, `${header}\n`);
  } catch (error) {
    throw explainWriteError(error, running);
  }
}

/** The entry as it is kept: problems name files relative to the output, so that both can move together. */
function told(entry: SampleEntry, output: string): SampleEntry {
  return withFiles(entry, (file) => recordPath(path.resolve(output), path.resolve(file)));
}

function heard(entry: SampleEntry, output: string): SampleEntry {
  return withFiles(entry, (file) => path.resolve(output, file));
}

function withFiles(entry: SampleEntry, change: (file: string) => string): SampleEntry {
  const problems = entry.problems.map((p): Problem => {
    const file = p.where?.file;
    if (file === undefined) return p;
    const other = change(file);
    return { ...p, message: p.message.replaceAll(file, other), where: { ...p.where, file: other } };
  });
  return { ...entry, problems };
}

/** What somebody changed in the file is no entry any more: its sample is placed again. */
function isEntry(value: unknown): value is SampleEntry {
  const e = value as Partial<SampleEntry> | null | undefined;
  if (typeof e?.key !== "string" || typeof e.inputs !== "string") return false;
  if (!Array.isArray(e.masks) || !Array.isArray(e.problems)) return false;
  if (typeof e.summary !== "object" || e.summary === null) return false;
  return e.masks.every((m) => typeof m?.file === "string" && typeof m.hash === "string");
}

function readRunning(lines: readonly string[], header: string, output: string): readonly unknown[] {
  if (lines[0] !== header) throw refused(output, "was begun with other settings");
  // The last line may have been cut off while it was written: that sample is placed again.
  return lines.slice(1, -1).flatMap((line) => {
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
}

async function readFinal(file: string, header: string, output: string): Promise<readonly unknown[]> {
  let whole: { settings?: unknown; samples?: unknown };
  try {
    whole = (await readJson(file)) as typeof whole;
  } catch (error) {
    if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
    throw refused(output, `holds a ${FINAL} that cannot be read (${error.message})`);
  }
  if (JSON.stringify({ settings: whole?.settings }) !== header || !Array.isArray(whole.samples))
    throw refused(output, "was made with other settings");
  return whole.samples as unknown[];
}

function refused(output: string, why: string): ReflowError {
  return dataError("output_exists", `${output} ${why}`, "Name a new folder, or remove this one first.", {
    file: output,
  });
}
