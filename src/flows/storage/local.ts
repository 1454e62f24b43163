import { copyFile, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { dataError, explainWriteError, isErrno } from "../../kit/errors.js";
import { explainReadError, readBytes, resolveInside, writeFileAtomic } from "../../kit/files.js";
import { makeFolder } from "../../kit/folders.js";
import type { Entry, Storage } from "./types.js";

/** A folder as a storage root. It need not exist before something is written. */
export function localStorage(root: string, folder: string): Storage {
  return Object.freeze({
    root,
    folder,
    list: async (below) => {
      const found: Entry[] = [];
      await walk(folder, await resolveInside(folder, below), found);
      return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    exists: async (name) => {
      const at = await stat(await resolveInside(folder, name)).catch(() => undefined);
      if (!at?.isDirectory()) return at?.isFile() === true;
      const found: Entry[] = [];
      await walk(folder, path.resolve(folder, name), found, 1);
      return found.length > 0;
    },
    read: async (name) => readBytes(await resolveInside(folder, name)),
    write: async (name, data) => writeFileAtomic(await resolveInside(folder, name), data),
    put: async (name, file) => {
      const target = await resolveInside(folder, name);
      if (path.resolve(file) === target) return;
      const part = `${target}.part`;
      try {
        await makeFolder(path.dirname(target));
        await copyFile(file, part);
        await rename(part, target);
      } catch (error) {
        await rm(part, { force: true }).catch(() => {});
        throw explainWriteError(error, target);
      }
    },
  });
}

/**
 * Files below a folder; parts of unfinished downloads are none. Links to folders are followed, but not into a folder
 * that is being walked already. Stops once `most` are found.
 */
async function walk(
  root: string,
  folder: string,
  found: Entry[],
  most = Number.POSITIVE_INFINITY,
  inside: readonly string[] = [],
): Promise<void> {
  let entries: Awaited<ReturnType<typeof list>>;
  try {
    entries = await list(folder);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return;
    if (!isErrno(error, "ENOTDIR")) throw explainReadError(error, folder);
    const { size } = await stat(folder).catch((e) => {
      if (!isErrno(e, "ENOTDIR")) throw explainReadError(e, folder);
      throw dataError(
        "not_a_folder",
        `a part of ${folder} is a file, not a folder`,
        "Name a folder as the storage root.",
        { file: folder },
      );
    });
    found.push({ path: relative(root, folder), size });
    return;
  }
  const here = [...inside, await realpath(folder)];
  for (const entry of entries) {
    if (found.length >= most) return;
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) await walk(root, at, found, most, here);
    else if (!/\.(?:part|part\.json|tmp)$/.test(entry.name)) {
      const info = await stat(at).catch(() => undefined);
      if (info?.isFile()) found.push({ path: relative(root, at), size: info.size });
      else if (info?.isDirectory() && !here.includes(await realpath(at)))
        await walk(root, at, found, most, here);
    }
  }
}

const list = (folder: string) => readdir(folder, { withFileTypes: true });
const relative = (root: string, file: string): string => path.relative(root, file).split(path.sep).join("/");
