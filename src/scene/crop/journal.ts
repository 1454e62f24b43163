import { appendFile, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { dataError, explainWriteError, isErrno, ReflowError } from "../../kit/errors.js";
import { exists, hashFile, hashText, joinInside, readJson, writeJsonAtomic } from "../../kit/files.js";
import { checkFolder, makeFolder } from "../../kit/folders.js";

/** What was done with one frame. `inputs` identifies the bytes that it was made from. */
export type FrameRecord = Readonly<{ frame: string; inputs: string; files: readonly string[] }>;

/** A folder of pictures in the making: each finished frame is noted, so that a stopped command goes on there. */
export type Journal<R extends FrameRecord> = Readonly<{
  /** The record of an earlier run, when its inputs are the same and its files are still there. */
  done: (frame: string, inputs: string) => Promise<R | undefined>;
  record: (entry: R) => Promise<void>;
  /** Writes `<name>.json` with the settings, `totals` and all records, and ends the journal. */
  finish: (totals: Readonly<Record<string, unknown>>, records: readonly R[]) => Promise<void>;
}>;

/**
 * Opens `output` for files made with `settings` (plain JSON). A new or empty folder begins a journal; one with the
 * journal or the `<name>.json` of the same settings is continued. Throws `output_exists` for any other content,
 * so that pictures of different settings never mix, and `not_a_folder` when a file is in the way.
 */
export async function openJournal<R extends FrameRecord>(
  output: string,
  name: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<Journal<R>> {
  const final = path.join(output, `${name}.json`);
  const running = path.join(output, `.${name}.jsonl`);
  const header = JSON.stringify({ settings });
  const known = new Map<string, R>();
  const names = await listing(output);
  if (names.length > 0 && !names.includes(path.basename(final)) && !names.includes(path.basename(running)))
    throw refuse(output, "is not empty and holds no work of this command");
  if (names.includes(path.basename(final)))
    for (const r of await readFinal<R>(final, header, output)) known.set(r.frame, r);
  if (names.includes(path.basename(running)))
    for (const r of await readRunning<R>(running, header, output)) known.set(r.frame, r);
  else if (names.length === 0) await start(running, header);
  return {
    done: async (frame, inputs) => {
      const entry = known.get(frame);
      if (!entry || entry.inputs !== inputs) return undefined;
      const there = await Promise.all(entry.files.map((file) => exists(joinInside(output, file))));
      return there.every(Boolean) ? entry : undefined;
    },
    record: async (entry) => {
      // What the frame gave before it was rendered anew.
      await remove(output, known.get(entry.frame)?.files ?? [], entry.files);
      try {
        if (!(await exists(running))) await start(running, header);
        await appendFile(running, `${JSON.stringify(entry)}\n`);
      } catch (error) {
        throw explainWriteError(error, running);
      }
    },
    finish: async (totals, records) => {
      const kept = new Set(records.map((r) => r.frame));
      for (const [frame, { files }] of known) if (!kept.has(frame)) await remove(output, files, []);
      await writeJsonAtomic(final, { settings, totals, frames: records });
      await rm(running, { force: true });
    },
  };
}

/** One hash for the bytes of several files; a file that is not there counts as absent. */
export async function hashInputs(files: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    files.map(async (file) => {
      try {
        return `${path.basename(file)}:${await hashFile(file)}`;
      } catch (error) {
        if (error instanceof ReflowError && error.code === "file_missing")
          return `${path.basename(file)}:absent`;
        throw error;
      }
    }),
  );
  return hashText(parts.join("\n"));
}

/** Removes `files` but those in `kept`. */
async function remove(output: string, files: readonly string[], kept: readonly string[]): Promise<void> {
  const keep = new Set(kept);
  for (const file of files) if (!keep.has(file)) await rm(joinInside(output, file), { force: true });
}

async function listing(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENOTDIR")) throw explainWriteError(error, folder);
    // Before the work: what is in the way of the folder is told now.
    await checkFolder(folder);
    return [];
  }
}

async function start(running: string, header: string): Promise<void> {
  try {
    await makeFolder(path.dirname(running));
    await appendFile(running, `${header}\n`);
  } catch (error) {
    throw explainWriteError(error, running);
  }
}

async function readRunning<R>(running: string, header: string, output: string): Promise<readonly R[]> {
  const lines = (await readFile(running, "utf8")).split("\n");
  // Cut off within the first line: nothing was made yet.
  if (lines.length > 1 && lines[0] !== header) throw refuse(output, "was begun with other settings");
  // A last line without its end was cut off while it was written: that frame is made again.
  return lines.slice(1, -1).flatMap((line) => {
    try {
      return [JSON.parse(line) as R];
    } catch {
      return [];
    }
  });
}

async function readFinal<R>(final: string, header: string, output: string): Promise<readonly R[]> {
  const whole = (await readJson(final)) as { settings?: unknown; frames?: unknown };
  if (JSON.stringify({ settings: whole?.settings }) !== header || !Array.isArray(whole.frames))
    throw refuse(output, "was made with other settings");
  return whole.frames as R[];
}

function refuse(output: string, why: string): ReflowError {
  return dataError("output_exists", `${output} ${why}`, "Name a new folder, or remove this one first.", {
    file: output,
  });
}
