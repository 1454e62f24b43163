import { appendFile, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { dataError, explainWriteError, isErrno, ReflowError } from "../../kit/errors.js";
import {
  dropTail,
  exists,
  hashFile,
  joinInside,
  readBytes,
  readJson,
  writeJsonAtomic,
} from "../../kit/files.js";
import { makeFolder } from "../../kit/folders.js";

/** One edited picture: paths below the two folders, `/` between names, and hashes of the bytes. */
export type Entry = Readonly<{
  input: string;
  output: string;
  /** SHA-256 of the picture (and its labels, where they were used) and of what was made of it. */
  inputHash: string;
  outputHash: string;
  /** What is worth knowing of this one: alignment of the answer, for example. */
  notes?: Readonly<Record<string, number | boolean>>;
}>;

export type Journal = Readonly<{
  /** The entry of an earlier run, when its picture is the same and what was made of it is still there, unchanged. */
  done: (input: string, inputHash: string) => Promise<Entry | undefined>;
  record: (entry: Entry) => Promise<void>;
  finish: (
    entries: readonly Entry[],
    failed: readonly Readonly<{ input: string; code: string }>[],
  ) => Promise<void>;
}>;

export const MANIFEST = "appearance.json";
const RUNNING = ".appearance.jsonl";

/**
 * Opens `output` for pictures made in one way (`how`, plain JSON). A new or empty folder begins; one with work of the
 * same way is continued. Throws `output_exists` for any other content, so that two looks never mix.
 */
export async function openJournal(output: string, how: Readonly<Record<string, unknown>>): Promise<Journal> {
  const running = path.join(output, RUNNING);
  const final = path.join(output, MANIFEST);
  const header = JSON.stringify({ how });
  const names = await listing(output);
  const known = new Map<string, Entry>();
  if (names.length > 0 && !names.includes(MANIFEST) && !names.includes(RUNNING))
    throw refuse(output, "is not empty and holds no work of this command");
  if (names.includes(MANIFEST)) {
    const whole = await manifest(final, output);
    if (JSON.stringify({ how: whole?.how }) !== header || !Array.isArray(whole?.pictures))
      throw refuse(output, "was made with other settings or exemplars");
    for (const value of whole.pictures) if (isEntry(value)) known.set(value.input, value);
  }
  if (names.includes(RUNNING)) {
    // The last line may end within a letter.
    const lines = new TextDecoder().decode(await readBytes(running)).split("\n");
    if (lines.length > 1 && lines[0] !== header)
      throw refuse(output, "was begun with other settings or exemplars");
    // A line without its end was cut off while it was written: that picture is made again.
    if (lines.length === 1) await rm(running);
    for (const line of lines.slice(1, -1)) {
      const entry = parsed(line);
      if (isEntry(entry)) known.set(entry.input, entry);
    }
    if (lines.length > 1) await dropTail(running, lines);
  }
  const append = async (line: string): Promise<void> => {
    try {
      await makeFolder(output);
      const begun = (await exists(running)) ? "" : `${header}\n`;
      await appendFile(running, `${begun}${line}`);
    } catch (error) {
      throw explainWriteError(error, running);
    }
  };
  await append("");
  // One line at a time, whole, whatever finishes together.
  let queue: Promise<void> = Promise.resolve();
  return {
    done: async (input, inputHash) => {
      const entry = known.get(input);
      if (entry?.inputHash !== inputHash) return undefined;
      const file = joinInside(output, entry.output);
      return (await exists(file)) && (await hashFile(file)) === entry.outputHash ? entry : undefined;
    },
    record: (entry) => {
      queue = queue.then(() => append(`${JSON.stringify(entry)}\n`));
      return queue;
    },
    finish: async (entries, failed) => {
      await queue;
      await writeJsonAtomic(final, {
        how,
        totals: { edited: entries.length, failed: failed.length },
        failed,
        pictures: entries,
      });
      await rm(running, { force: true });
    },
  };
}

async function manifest(file: string, output: string): Promise<{ how?: unknown; pictures?: unknown } | null> {
  try {
    return (await readJson(file)) as { how?: unknown; pictures?: unknown } | null;
  } catch (error) {
    if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
    throw refuse(output, `holds an ${MANIFEST} that cannot be read (${error.message})`);
  }
}

/** What somebody changed in the file is no entry any more: its picture is made again. */
function isEntry(value: unknown): value is Entry {
  const e = value as Partial<Entry> | null | undefined;
  return [e?.input, e?.output, e?.inputHash, e?.outputHash].every((text) => typeof text === "string");
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function listing(folder: string): Promise<readonly string[]> {
  try {
    // Hidden files of others, such as a lock, are no content.
    return (await readdir(folder)).filter((name) => !name.startsWith(".") || name === RUNNING);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    if (isErrno(error, "ENOTDIR")) throw refuse(folder, "is a file");
    throw explainWriteError(error, folder);
  }
}

function refuse(output: string, why: string): ReflowError {
  return dataError("output_exists", `${output} ${why}`, "Name a new folder, or remove this one first.", {
    file: output,
  });
}
