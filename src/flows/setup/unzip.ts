import { closeSync, createReadStream, openSync, writeSync } from "node:fs";
import { open, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Unzip, type UnzipFile, UnzipInflate } from "fflate";
import { dataError, explainWriteError, isErrno, ReflowError } from "../../kit/errors.js";
import { joinInside, requireFile } from "../../kit/files.js";
import { makeFolder } from "../../kit/folders.js";

/** What is counted is what comes out, whatever the archive says of itself. */
const LIMITS = {
  bytes: 64 * 1024 ** 3,
  files: 1_000_000,
  /** Times the size of the archive, once more than `free` bytes came out: pictures do not shrink like that. */
  ratio: 200,
  free: 256 * 1024 ** 2,
};
type Limits = typeof LIMITS;

const END = Buffer.from("PK\x05\x06", "latin1");

/**
 * Unpacks a zip of any size into a new folder of passing use (no fsync), a piece at a time: the archive is never in
 * memory as a whole. Throws `path_escapes` for an entry that would leave the folder, `zip_invalid` (no zip, cut off,
 * damaged), `zip_too_large` and write errors; the folder is gone then.
 */
export async function unzip(file: string, folder: string, limits: Partial<Limits> = {}): Promise<void> {
  await requireFile(file);
  await requireEnd(file);
  await rm(folder, { recursive: true, force: true });
  await makeFolder(folder);
  try {
    await stream(file, folder, { ...LIMITS, ...limits });
  } catch (error) {
    await rm(folder, { recursive: true, force: true }).catch(() => {});
    if (error instanceof ReflowError) throw error;
    if (isErrno(error)) throw explainWriteError(error, folder);
    throw invalid(file, (error as Error).message);
  }
}

async function stream(file: string, folder: string, limits: Limits): Promise<void> {
  const packed = (await stat(file)).size;
  const started = new Set<string>();
  /** Entries that were begun and whose end has not come yet. */
  const open = new Map<string, number>();
  const folders = new Map<string, Promise<void>>();
  let entries: UnzipFile[] = [];
  let count = 0;
  let bytes = 0;
  const zip = new Unzip((entry) => {
    entries.push(entry);
  });
  zip.register(UnzipInflate);
  const begin = async (entry: UnzipFile): Promise<void> => {
    if (entry.name.endsWith("/")) return;
    if (++count > limits.files) throw tooLarge(file, `more than ${limits.files} files`);
    const target = joinInside(folder, entry.name);
    if (started.has(target)) throw invalid(file, `${entry.name} is in it twice`);
    started.add(target);
    const above = path.dirname(target);
    const made = folders.get(above) ?? makeFolder(above);
    folders.set(above, made);
    await made;
    const fd = openSync(target, "wx");
    open.set(target, fd);
    entry.ondata = (error, data, final) => {
      if (error) throw error;
      bytes += data.length;
      if (bytes > limits.bytes) throw tooLarge(file, `more than ${limits.bytes} bytes once unpacked`);
      if (bytes > limits.free && bytes > packed * limits.ratio)
        throw tooLarge(file, `it grows to more than ${limits.ratio} times its size`);
      for (let at = 0; at < data.length; ) at += writeSync(fd, data, at);
      if (!final) return;
      closeSync(fd);
      open.delete(target);
    };
    entry.start();
  };
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: PIECE })) {
      zip.push(chunk as Buffer, false);
      // Their bytes are kept until they are begun.
      while (entries.length > 0) {
        const now = entries;
        entries = [];
        for (const entry of now) await begin(entry);
      }
    }
    if (open.size > 0) throw invalid(file, "it ends in the middle of a file");
  } finally {
    for (const fd of open.values()) closeSync(fd);
  }
}

const PIECE = 1024 * 1024;

/** A zip ends with its list of contents: without it the file is something else, or was cut off. */
async function requireEnd(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, 65_557));
    await handle.read(tail, 0, tail.length, size - tail.length);
    if (tail.lastIndexOf(END) < 0) throw invalid(file, "it has no list of contents at its end");
  } finally {
    await handle.close();
  }
}

const tooLarge = (file: string, what: string): ReflowError =>
  dataError("zip_too_large", `${file} is too large: ${what}`, "Unpack it and name the folder.", { file });

const invalid = (file: string, why: string): ReflowError =>
  dataError("zip_invalid", `${file} is no readable zip: ${why}`, "Fetch or export it again.", { file });

/** All files below a folder, relative, with `/`, sorted. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const out: string[] = [];
  const walk = async (at: string): Promise<void> => {
    for (const entry of await readdir(at, { withFileTypes: true })) {
      const full = path.join(at, entry.name);
      if (entry.isDirectory()) await walk(full);
      else if (
        entry.isFile() ||
        (entry.isSymbolicLink() && (await stat(full).catch(() => undefined))?.isFile())
      )
        out.push(path.relative(folder, full).split(path.sep).join("/"));
    }
  };
  await walk(folder);
  return out.sort();
}
