import { lstat, mkdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { explainWriteError, isErrno, ReflowError } from "./errors.js";

/**
 * Makes a folder and those above it that are missing. Node's own recursive mkdir never ends below a file system that
 * takes no folders (/proc), and blames the wrong part of the path: here the nearest parent that exists is looked at
 * first, and what is missing is made one by one.
 *
 * Throws `not_a_folder` naming the part that is a file, `dangling_link` naming the link, or what
 * {@link explainWriteError} makes of the system's answer.
 */
export async function makeFolder(folder: string): Promise<void> {
  const missing = await missingFolders(folder);
  for (const next of missing)
    try {
      await mkdir(next);
    } catch (error) {
      // Another process may have made it meanwhile.
      if (isErrno(error, "EEXIST") && (await isFolder(next))) continue;
      if (isErrno(error, "ENOENT"))
        throw blocked("no_folder", next, `cannot be made: ${path.dirname(next)} takes no folders`, folder);
      throw explainWriteError(error, next);
    }
}

/** Refuses, before any work, a folder that could not be made because of what is in its way. Throws as makeFolder. */
export async function checkFolder(folder: string): Promise<void> {
  await missingFolders(folder);
}

/** What has to be made for `folder` to exist, the topmost first. */
async function missingFolders(folder: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const found = await look(at);
    if (found === "folder") return missing.reverse();
    if (found === "file") throw blocked("not_a_folder", at, "is a file", folder);
    if (found === "link") throw blocked("dangling_link", at, "is a symbolic link to nowhere", folder);
    missing.push(at);
    // The root of a drive that is not there.
    if (path.dirname(at) === at) return missing.reverse();
  }
}

async function look(at: string): Promise<"folder" | "file" | "link" | "nothing"> {
  try {
    return (await stat(at)).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (isErrno(error, "ENOTDIR")) return "nothing";
    if (!isErrno(error, "ENOENT")) throw explainWriteError(error, at);
  }
  // Since then another process may have made what was not there.
  return lstat(at).then(
    (stats) => (stats.isSymbolicLink() ? "link" : stats.isDirectory() ? "folder" : "file"),
    () => "nothing",
  );
}

async function isFolder(at: string): Promise<boolean> {
  return (await look(at)) === "folder";
}

function blocked(
  code: "not_a_folder" | "dangling_link" | "no_folder",
  at: string,
  why: string,
  folder: string,
): ReflowError {
  const message = path.resolve(folder) === at ? `${at} ${why}` : `cannot make ${folder}: ${at} ${why}`;
  return new ReflowError("stage", code, message, "Choose another output path, or remove it first.", {
    where: { file: at },
  });
}

/** Throws `output_inside_input` where one of two folders holds the other. */
export async function requireApart(input: string, output: string): Promise<void> {
  const [from, to] = [await real(input), await real(output)];
  const below = (a: string, b: string) =>
    a === b || b.startsWith(a.endsWith(path.sep) ? a : `${a}${path.sep}`);
  if (below(from, to) || below(to, from))
    throw new ReflowError(
      "usage",
      "output_inside_input",
      `${output} and ${input} lie in each other`,
      "Name an output folder beside the input.",
      { where: { file: output } },
    );
}

/** The path without symbolic links, as far as it exists. */
async function real(file: string): Promise<string> {
  const full = path.resolve(file);
  try {
    return await realpath(full);
  } catch {
    const up = path.dirname(full);
    return up === full ? full : path.join(await real(up), path.basename(full));
  }
}
