import { stat } from "node:fs/promises";
import path from "node:path";
import { dataError, isErrno } from "../../kit/errors.js";
import { explainReadError } from "../../kit/files.js";
import { decodeImage, encodeImage } from "../../kit/images.js";
import type { Storage } from "../storage/index.js";
import { COCO_FILE, readCoco } from "./coco.js";
import { type Layout, looksLike, type Move, rawLayout, specText } from "./layouts.js";
import type { Part } from "./parts.js";
import { filesBelow } from "./unzip.js";

export type Importing = Readonly<{
  storage: Storage;
  progress: (name: string, done: number, total: number) => void;
  signal?: AbortSignal;
}>;

/** Files on their way at the same time: stores answer slowly. */
const AT_ONCE = 8;

/** What an import did. */
export type Imported = Readonly<{ files: number; notes: readonly string[] }>;

/**
 * Copies what a user has to the place of a part. `from` is a folder: the part itself, a tree that holds it
 * under its path (`datasets/pcb/raw`), labelled folders, or a COCO export. Undefined when it holds nothing of the kind.
 */
export async function importPart(
  from: string,
  part: Part,
  o: Importing,
  most?: { labelled: number; clean: number },
): Promise<Imported | undefined> {
  const { folder, files } = await candidate(from, part);
  if (part.kind === "raw" && files.some((f) => f.endsWith(COCO_FILE)))
    return importCoco(folder, files, part, o);
  if (!looksLike(part.kind, files)) return undefined;
  const layout: Layout | undefined =
    part.kind === "raw"
      ? rawLayout(files, part, most)
      : {
          name: part.kind,
          moves: files.map((f) => ({ from: f, to: f, mask: false })),
          pairs: [],
          hasSpec: true,
        };
  if (!layout) return undefined;
  if (layout.moves.length === 0)
    throw dataError(
      "from_no_labels",
      `${from} has no folder named like a defect of ${part.usecase}`,
      `Arrange it as ${part.byHand}.`,
      { file: from },
    );
  const there = new Map((await o.storage.list(part.path)).map((e) => [e.path, e.size]));
  const one = async (move: Move): Promise<void> => {
    const target = `${part.path}/${move.to}`;
    if (!move.mask) await copy(path.join(folder, move.from), target, there, o);
    else if (!there.has(target))
      await o.storage.write(target, await binaryMask(path.join(folder, move.from)));
  };
  for (let at = 0; at < layout.moves.length; at += AT_ONCE) {
    o.signal?.throwIfAborted();
    await Promise.all(layout.moves.slice(at, at + AT_ONCE).map(one));
    o.progress(part.path, Math.min(at + AT_ONCE, layout.moves.length), layout.moves.length);
  }
  if (part.kind === "raw" && !layout.hasSpec)
    await o.storage.write(`${part.path}/defect_spec.jsonl`, specText(layout.pairs, part.usecase));
  return { files: layout.moves.length, notes: [] };
}

/** True when `from` holds something of the kind of a part; throws when it cannot be read at all. */
export async function fits(from: string, part: Part): Promise<boolean> {
  const { files } = await candidate(from, part);
  return looksLike(part.kind, files) || (part.kind === "raw" && files.some((f) => f.endsWith(COCO_FILE)));
}

/** The folder inside `from` that stands for a part, with its files: the one of the part's own path, else all of it. */
async function candidate(from: string, part: Part): Promise<{ folder: string; files: readonly string[] }> {
  const all = await list(from);
  if (!all.some((f) => f.startsWith(`${part.path}/`))) return { folder: from, files: all };
  const files = all.flatMap((f) => (f.startsWith(`${part.path}/`) ? [f.slice(part.path.length + 1)] : []));
  return { folder: path.join(from, part.path), files };
}

async function copy(
  file: string,
  target: string,
  there: ReadonlyMap<string, number>,
  o: Importing,
): Promise<void> {
  if (there.get(target) === (await stat(file)).size) return;
  await o.storage.put(target, file, o.signal);
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return await filesBelow(folder);
  } catch (error) {
    if (isErrno(error, "ENOTDIR"))
      throw dataError(
        "from_not_a_folder",
        `${folder} is neither a folder nor a .zip`,
        "Name a folder or a .zip file.",
        { file: folder },
      );
    throw explainReadError(error, folder);
  }
}

/** A mask with 0 and 255 only, as PNG bytes. */
async function binaryMask(file: string): Promise<Uint8Array> {
  const mask = await decodeImage(file, "gray");
  return encodeImage({ ...mask, data: mask.data.map((v) => (v > 127 ? 255 : 0)) }, "png");
}

async function importCoco(
  folder: string,
  files: readonly string[],
  part: Part,
  o: Importing,
): Promise<Imported> {
  const pairs = new Set<string>();
  let made = 0;
  let skipped = 0;
  const sets = files.filter((f) => f.endsWith(COCO_FILE));
  for (const annotations of sets) {
    const at = path.posix.dirname(annotations);
    const coco = await readCoco(path.join(folder, annotations), part.usecase);
    skipped += coco.skipped;
    for (const [i, picture] of coco.pictures.entries()) {
      o.signal?.throwIfAborted();
      const source = at === "." ? picture.file : `${at}/${picture.file}`;
      if (!files.includes(source)) {
        skipped++;
        continue;
      }
      // Several sets of one export can use a name twice.
      const name = `${sets.length > 1 && at !== "." ? `${at.replaceAll("/", "_")}_` : ""}${path.posix.basename(picture.file)}`;
      const stem = name.replace(/\.[^.]+$/, "");
      const put = (to: string) =>
        o.storage.put(`${part.path}/${picture.material}/${to}`, path.join(folder, source), o.signal);
      if (picture.masks.length === 0) await put(`clean_image/${name}`);
      for (const { defect, mask } of picture.masks) {
        await put(`anomaly_image/${defect}/${name}`);
        await o.storage.write(
          `${part.path}/${picture.material}/mask/${defect}/${stem}_mask.png`,
          await encodeImage(mask, "png"),
        );
        pairs.add(`${picture.material}+${defect}`);
      }
      made++;
      o.progress(part.path, i + 1, coco.pictures.length);
    }
  }
  await o.storage.write(`${part.path}/defect_spec.jsonl`, specText([...pairs].sort(), part.usecase));
  return {
    files: made,
    notes: skipped > 0 ? [`${skipped} outlines or pictures of the export could not be used.`] : [],
  };
}
