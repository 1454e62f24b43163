import { lstat, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { type UnzipFileInfo, unzip } from "fflate";
import { dataError, isErrno, ReflowError } from "../../kit/errors.js";
import { explainReadError, requireFile } from "../../kit/files.js";
import type { RawFile } from "../gerber/index.js";

const MOST_BYTES = 512 * 1024 * 1024;
const MOST_FILES = 2000;
const DEEPEST = 3;

const HINT_LARGE = "Name the folder with the fabrication files of one board only.";

/** Reads a file whole. Throws `file_missing`, `is_a_folder`, `not_a_file`, `no_permission` or `file_too_large`. */
export async function readBytes(file: string): Promise<Uint8Array> {
  await requireFile(file);
  try {
    if ((await stat(file)).size > MOST_BYTES) throw tooLarge(file);
    return await readFile(file);
  } catch (error) {
    throw error instanceof ReflowError ? error : explainReadError(error, file);
  }
}

/** Regular files of a folder and the folders in it, names relative to it. Links and hidden files are passed over. */
export async function readFolder(folder: string): Promise<RawFile[]> {
  const files: RawFile[] = [];
  let bytes = 0;
  const walk = async (inside: string, depth: number): Promise<void> => {
    const entries = await readdir(path.join(folder, inside), { withFileTypes: true }).catch(
      (error: unknown) => {
        throw explainReadError(error, path.join(folder, inside));
      },
    );
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = path.join(inside, entry.name);
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory() && depth < DEEPEST) await walk(name, depth + 1);
      if (!entry.isFile()) continue;
      bytes += (await lstat(path.join(folder, name))).size;
      if (bytes > MOST_BYTES || files.length >= MOST_FILES) throw tooLarge(folder);
      files.push({ name, bytes: await readBytes(path.join(folder, name)) });
    }
  };
  await walk("", 1);
  return files;
}

/** The files in a .zip, of at most 512 MiB unpacked. Throws `zip_invalid` or `file_too_large`. */
export async function readArchive(file: string): Promise<RawFile[]> {
  const packed = await readBytes(file);
  let bytes = 0;
  let count = 0;
  const filter = (info: UnzipFileInfo): boolean => {
    const wanted = !info.name.endsWith("/") && !/(^|\/)(\.|__MACOSX)/.test(info.name);
    if (wanted) {
      bytes += info.originalSize;
      count++;
    }
    return wanted && bytes <= MOST_BYTES && count <= MOST_FILES;
  };
  const found = await new Promise<Record<string, Uint8Array>>((resolve, reject) => {
    unzip(packed, { filter }, (error, data) => (error ? reject(error) : resolve(data)));
  }).catch(() => {
    throw dataError(
      "zip_invalid",
      `cannot unpack ${file}`,
      "Copy the archive again, or unpack it and name the folder.",
      {
        file,
      },
    );
  });
  if (bytes > MOST_BYTES || count > MOST_FILES) throw tooLarge(file);
  return Object.entries(found).map(([name, data]) => ({ name, bytes: data }));
}

function tooLarge(file: string): ReflowError {
  return dataError("file_too_large", `${file} holds more than 512 MiB or ${MOST_FILES} files`, HINT_LARGE, {
    file,
  });
}

/** `folder` or `file`; throws the usual read errors. */
export async function kindOf(target: string): Promise<"folder" | "file"> {
  try {
    return (await stat(target)).isDirectory() ? "folder" : "file";
  } catch (error) {
    throw isErrno(error) ? explainReadError(error, target) : error;
  }
}
