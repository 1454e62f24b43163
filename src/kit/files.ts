import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, open, readFile, realpath, rename, rm, stat, truncate } from "node:fs/promises";
import path from "node:path";
import { dataError, explainWriteError, isErrno } from "./errors.js";
import { makeFolder } from "./folders.js";

/**
 * Writes a whole file so that a reader sees the old content or the new, never a part: temporary file in the
 * same folder, fsync, rename, fsync of the folder. Makes the folder when it is missing.
 */
export async function writeFileAtomic(file: string, data: string | Uint8Array): Promise<void> {
  const folder = path.dirname(file);
  const temporary = temporaryFor(file);
  try {
    await makeFolder(folder);
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw explainWriteError(error, file);
  }
}

/** Two-space JSON plus newline, the form that the DEFT contracts use. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function writeJsonAtomic(file: string, value: unknown): Promise<void> {
  return writeFileAtomic(file, toJson(value));
}

/** Makes a rename in `folder` durable. Some file systems refuse to sync a folder: that is no error. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isErrno(error)) throw error;
  }
}

/** Reads UTF-8 JSON. Throws `file_missing` or `json_invalid` with the file named. */
export async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw dataError(
      "json_invalid",
      `not valid JSON: ${(error as Error).message}`,
      "Restore the file or delete it.",
      {
        file,
      },
    );
  }
}

/** Reads UTF-8 text without a byte-order mark. Throws `file_missing`, `file_unreadable` or `not_utf8`. */
export async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw dataError(
      "not_utf8",
      "the file is not UTF-8 text",
      "Save it as UTF-8 (for example `iconv -f latin1 -t utf-8`).",
      {
        file,
      },
    );
  }
}

/** The bytes of a regular file. Throws `file_missing`, `not_a_file` or another read error with the file named. */
export async function readBytes(file: string): Promise<Buffer> {
  await requireFile(file);
  try {
    return await readFile(file);
  } catch (error) {
    throw explainReadError(error, file);
  }
}

/**
 * Refuses what is no regular file before it is opened: opening a FIFO waits for a writer, for ever.
 * Throws `file_missing`, `is_a_folder`, `not_a_file` or another read error.
 */
export async function requireFile(file: string): Promise<void> {
  let stats: Awaited<ReturnType<typeof stat>>;
  try {
    stats = await stat(file);
  } catch (error) {
    throw explainReadError(error, file);
  }
  if (stats.isDirectory()) throw explainReadError({ code: "EISDIR" }, file);
  if (!stats.isFile())
    throw dataError(
      "not_a_file",
      `${file} is a pipe, socket or device, not a regular file`,
      "Name a regular file; save what a pipe gives to a file first.",
      { file },
    );
}

/** Refuses what is no folder to read from. Throws `folder_missing`, `not_a_folder` or a read error. */
export async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    if (isErrno(error, "ENOENT", "ENOTDIR"))
      throw dataError("folder_missing", `no such folder: ${folder}`, "Check the path.", { file: folder });
    throw explainReadError(error, folder);
  });
  if (!found.isDirectory())
    throw dataError(
      "not_a_folder",
      `expected a folder, found a file: ${folder}`,
      "Name the folder that holds it.",
      { file: folder },
    );
}

/** Turns Node's read errors into one clear error. */
export function explainReadError(error: unknown, file: string): unknown {
  if (isErrno(error, "ENOENT", "ENOTDIR"))
    return dataError("file_missing", `no such file: ${file}`, "Check the path.", { file });
  if (isErrno(error, "ELOOP"))
    return dataError("symlink_loop", `symbolic links form a loop: ${file}`, "Remove the loop.", { file });
  if (isErrno(error, "EISDIR"))
    return dataError("is_a_folder", `expected a file, found a folder: ${file}`, "Name the file itself.", {
      file,
    });
  if (isErrno(error, "EACCES", "EPERM"))
    return dataError("no_permission", `cannot read ${file}`, "Make the file readable.", { file });
  return error;
}

export async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch {
    return false;
  }
}

/**
 * Cuts off the last of the `lines` of a file of lines where it was not written to its end, so that what is appended
 * next begins a line of its own.
 */
export async function dropTail(file: string, lines: readonly string[]): Promise<void> {
  const tail = lines.at(-1) ?? "";
  if (tail === "") return;
  try {
    await truncate(file, Buffer.byteLength(lines.slice(0, -1).join("\n")) + 1);
  } catch (error) {
    throw explainWriteError(error, file);
  }
}

/** A new name beside `file` for what is written first and renamed then; kit/leftovers.ts knows such names. */
export function temporaryFor(file: string): string {
  const unique = `${process.pid}.${randomBytes(4).toString("hex")}`;
  return path.join(path.dirname(file), `.${path.basename(file)}.${unique}.tmp`);
}

/** SHA-256 of a file's bytes in hexadecimal, streamed. */
export async function hashFile(file: string): Promise<string> {
  await requireFile(file);
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (error) {
    throw explainReadError(error, file);
  }
  return hash.digest("hex");
}

export function hashText(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Joins a path that came out of a file to its root, and refuses one that leaves it, lexically or through a
 * symbolic link. The target need not exist. Throws `path_escapes`.
 */
export async function resolveInside(root: string, relative: string): Promise<string> {
  const joined = joinInside(root, relative);
  const realRoot = await realpath(root).catch(() => path.resolve(root));
  let probe = joined;
  for (;;) {
    try {
      const real = await realpath(probe);
      if (!isInside(realRoot, real)) throw escapes(root, relative);
      return joined;
    } catch (error) {
      if (!isErrno(error, "ENOENT", "ENOTDIR"))
        throw isErrno(error) ? explainReadError(error, joined) : error;
      const up = path.dirname(probe);
      if (up === probe) return joined;
      probe = up;
      if (!isInside(path.resolve(root), path.resolve(probe))) return joined;
    }
  }
}

/** The lexical half of {@link resolveInside}: no disk access, for hot paths. Absolute paths inside the root pass. */
export function joinInside(root: string, relative: string): string {
  const normal = relative.replaceAll("\\", "/");
  const base = path.resolve(root);
  const joined = path.resolve(base, normal);
  if (normal.includes("\0") || !isInside(base, joined)) throw escapes(root, relative);
  return joined;
}

function isInside(root: string, target: string): boolean {
  const relative = path.relative(root, target);
  return (
    relative === "" ||
    (!relative.startsWith(`..${path.sep}`) && relative !== ".." && !path.isAbsolute(relative))
  );
}

function escapes(root: string, relative: string): Error {
  return dataError(
    "path_escapes",
    `the path "${relative}" leaves its root folder ${root}`,
    "Use a path relative to the root, without `..`, that stays inside it.",
  );
}
