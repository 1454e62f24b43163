import { copyFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { asProblem, dataError, explainWriteError, type Problem, ReflowError } from "../../kit/errors.js";
import { type Emit, silent } from "../../kit/events.js";
import {
  exists,
  hashFile,
  hashText,
  joinInside,
  requireFile,
  temporaryFor,
  writeFileAtomic,
} from "../../kit/files.js";
import { makeFolder, requireApart } from "../../kit/folders.js";
import { decodeImage, encodeImage, type Pixels } from "../../kit/images.js";
import { sweep } from "../../kit/leftovers.js";
import { type Entry, openJournal } from "./journal.js";
import { type Listed, listFolder } from "./listing.js";
import { type Segmentation, segmentationFinder } from "./segmentation.js";

/** A picture to be edited. `relative` is its path below the input; `regions` names its labels, where there are any. */
export type Source = Readonly<{ relative: string; picture: Pixels; segmentation: Segmentation | undefined }>;

/** One way to edit pictures. */
export type Editor = Readonly<{
  /** Everything that the result depends on beside the picture, as plain JSON: it goes into the manifest. */
  how: Readonly<Record<string, unknown>>;
  /** Labels take part: they belong to what is hashed. */
  usesLabels: boolean;
  edit: (
    source: Source,
    signal: AbortSignal,
  ) => Promise<Readonly<{ picture: Pixels; notes?: Readonly<Record<string, number | boolean>> }>>;
  /** True for an error that every other picture would meet as well. */
  isFinal?: (error: unknown) => boolean;
}>;

export type FolderEdit = Readonly<{
  input: string;
  output: string;
  editor: Editor;
  /** Pictures in work at a time. */
  concurrency: number;
  /** Where an edited or carried file goes below the output (default: the same path); undefined leaves it out. */
  place?: (file: Listed) => string | undefined;
  /** Called once the output folder is known to be free or ours, before the first picture. */
  begun?: () => Promise<void>;
  emit?: Emit;
  signal?: AbortSignal;
}>;

export type FolderResult = Readonly<{
  /** Edited pictures, those of an earlier run among them. */
  pictures: readonly Entry[];
  kept: number;
  carried: number;
  failed: number;
  problems: readonly Problem[];
}>;

/** So many failures one after another mean that nothing will come: without any success, or by the server's fault. */
const MOST_IN_A_ROW = 5;
const SERVER_FAULTS: ReadonlySet<string> = new Set([
  "endpoint_busy",
  "endpoint_cut_off",
  "endpoint_failed",
  "endpoint_timeout",
]);
const JPEG_QUALITY = 95;

/**
 * Edits every picture below `input` and carries labels and all other files along, so that `output` can stand in for
 * `input`. Finished pictures are kept: the same call does only the rest. Faults of single pictures are collected.
 *
 * Throws `folder_missing`, `no_pictures`, `output_inside_input`, `output_exists`, write errors, and what the editor
 * calls final.
 */
export async function editFolder(o: FolderEdit): Promise<FolderResult> {
  const { input, output, editor, emit = silent } = o;
  await requireApart(input, output);
  const files = await listFolder(input);
  const pictures = files.filter((f) => f.role === "picture");
  if (pictures.length === 0)
    throw dataError("no_pictures", `no PNG or JPEG picture below ${input}`, "Name the folder of the crops.", {
      file: input,
    });
  const place = o.place ?? ((f: Listed) => f.relative);
  requireDistinct(files, place);
  const journal = await openJournal(output, editor.how);
  await sweep(output);
  await o.begun?.();
  const find = segmentationFinder(input, files);
  const stop = new AbortController();
  const signal = o.signal ? AbortSignal.any([o.signal, stop.signal]) : stop.signal;
  const entries = new Map<string, Entry>();
  const problems: Problem[] = [];
  const failed: { input: string; code: string }[] = [];
  let kept = 0;
  let inARow = 0;
  let succeeded = false;

  const work = async (file: Listed): Promise<void> => {
    const to = place(file);
    if (to === undefined) return;
    const from = joinInside(input, file.relative);
    const segmentation = editor.usesLabels ? find(file.relative) : undefined;
    const parts = [from, segmentation?.image, segmentation?.labels].filter((p) => p !== undefined);
    const inputHash = hashText((await Promise.all(parts.map(hashFile))).join("\n"));
    const old = await journal.done(file.relative, inputHash);
    if (old && old.output === to) {
      entries.set(file.relative, old);
      kept++;
      return;
    }
    const picture = await decodeImage(from, "auto");
    const { picture: edited, notes } = await editor.edit(
      { relative: file.relative, picture, segmentation },
      signal,
    );
    const bytes = await encodeImage(edited, /\.jpe?g$/i.test(to) ? "jpeg" : "png", JPEG_QUALITY);
    await writeFileAtomic(joinInside(output, to), bytes);
    const entry = {
      input: file.relative,
      output: to,
      inputHash,
      outputHash: hashText(bytes),
      ...(notes && { notes }),
    };
    await journal.record(entry);
    entries.set(file.relative, entry);
    succeeded = true;
  };

  const one = async (file: Listed): Promise<void> => {
    try {
      await work(file);
      inARow = 0;
    } catch (error) {
      if (signal.aborted) throw error;
      if (!(error instanceof ReflowError) || isWrite(error) || editor.isFinal?.(error)) throw error;
      const where = { ...error.where, file: joinInside(input, file.relative) };
      problems.push({ ...asProblem(error), where });
      failed.push({ input: file.relative, code: error.code });
      const hopeless = !succeeded || SERVER_FAULTS.has(error.code);
      if (error.kind === "stage" && ++inARow >= MOST_IN_A_ROW && hopeless)
        throw new ReflowError(
          "stage",
          error.code,
          `${inARow} pictures failed one after another: ${error.message}`,
          error.hint,
          { problems },
        );
    }
    emit({
      type: "progress",
      what: "appearance",
      done: entries.size + failed.length,
      total: pictures.length,
      unit: "pictures",
    });
  };

  try {
    await inParallel(pictures, o.concurrency, signal, one);
  } catch (error) {
    stop.abort();
    throw error;
  }
  const carried = await carry(o, files, place, signal, (file, error) =>
    problems.push({ ...asProblem(error), where: { ...error.where, file } }),
  );
  const order = [...entries.values()].sort((a, b) => (a.input < b.input ? -1 : 1));
  failed.sort((a, b) => (a.input < b.input ? -1 : 1));
  problems.sort((a, b) => ((a.where?.file ?? "") < (b.where?.file ?? "") ? -1 : 1));
  await journal.finish(order, failed);
  const strange = files.filter((f) => /\.(bmp|tiff?|webp|gif)$/i.test(f.relative));
  if (strange.length > 0)
    problems.push({
      code: "picture_not_edited",
      severity: "warning",
      message: `pictures that are neither PNG nor JPEG were copied unchanged: ${strange.length}`,
      hint: "Save them as PNG and run the command again.",
      where: { file: joinInside(input, strange[0].relative) },
    });
  return { pictures: order, kept, carried, failed: failed.length, problems };
}

/** Throws `output_names_collide` where two files would go to one. */
function requireDistinct(files: readonly Listed[], place: (file: Listed) => string | undefined): void {
  const taken = new Map<string, string>();
  for (const file of files) {
    const to = place(file);
    const other = to === undefined ? undefined : taken.get(to);
    if (other !== undefined)
      throw dataError(
        "output_names_collide",
        `${other} and ${file.relative} would both become ${to}`,
        "Rename one of them, or keep the suffixes of the input.",
        { file: file.relative },
      );
    if (to !== undefined) taken.set(to, file.relative);
  }
}

/** Faults of the output folder: no other picture will fare better. */
function isWrite(error: ReflowError): boolean {
  return (
    ["disk_full", "read_only", "no_folder", "not_a_folder"].includes(error.code) ||
    (error.kind === "stage" && error.code === "no_permission")
  );
}

/** Calls `work` for all items, `width` at a time; the first error ends it once those in work have ended. */
async function inParallel<T>(
  items: readonly T[],
  width: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let fault: { error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    while (next < items.length && !fault) {
      const item = items[next++];
      try {
        signal.throwIfAborted();
        await work(item);
      } catch (error) {
        fault ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(width, items.length)) }, lane));
  if (fault) throw fault.error;
}

/** Copies what is no picture, byte for byte, where it is not there already. */
async function carry(
  o: FolderEdit,
  files: readonly Listed[],
  place: (file: Listed) => string | undefined,
  signal: AbortSignal,
  failed: (file: string, error: ReflowError) => void,
): Promise<number> {
  let carried = 0;
  for (const file of files) {
    if (file.role === "picture") continue;
    signal.throwIfAborted();
    const to = place(file);
    if (to === undefined) continue;
    const [from, target] = [joinInside(o.input, file.relative), joinInside(o.output, to)];
    try {
      if (!(await exists(target)) || (await hashFile(target)) !== (await hashFile(from)))
        await copyAtomic(from, target);
      carried++;
    } catch (error) {
      if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
      failed(from, error);
    }
  }
  return carried;
}

async function copyAtomic(from: string, to: string): Promise<void> {
  const temporary = temporaryFor(to);
  await requireFile(from);
  try {
    await makeFolder(path.dirname(to));
    await copyFile(from, temporary);
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw explainWriteError(error, to);
  }
}
