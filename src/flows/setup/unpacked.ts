import { rm } from "node:fs/promises";
import path from "node:path";
import { acquireLock } from "../../engine/lock.js";
import { asProblem, type Place, type Problem, ReflowError } from "../../kit/errors.js";
import { makeFolder } from "../../kit/folders.js";
import { unzip } from "./unzip.js";

/**
 * Works with the folder of a zip's content, which is gone afterwards, or with the folder itself. `place` is a folder for
 * this alone: a second process there is refused (`run_locked`), and what a killed one left is removed. Errors name the
 * file inside of the zip, not the copy.
 */
export async function withUnpacked<T>(
  from: string,
  place: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  if (!/\.zip$/i.test(from)) return use(from);
  return alone(place, async () => {
    const folder = path.join(place, "unpacked");
    try {
      await unzip(from, folder);
      return await use(folder);
    } catch (error) {
      throw error instanceof ReflowError ? named(error, folder, from) : error;
    } finally {
      await rm(folder, { recursive: true, force: true }).catch(() => {});
    }
  });
}

/** Holds a folder while working in it. Throws `run_locked`. */
export async function alone<T>(place: string, work: () => Promise<T>): Promise<T> {
  await makeFolder(place);
  const lock = await acquireLock(place);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** The error as the user sees the file: `export.zip/train/_annotations.coco.json`. */
function named(error: ReflowError, folder: string, from: string): ReflowError {
  const text = (said: string) => said.replaceAll(folder, from);
  const where = (place: Place | undefined) =>
    place?.file === undefined ? place : { ...place, file: text(place.file) };
  const problem = (p: Problem): Problem => {
    const at = where(p.where);
    return { ...p, message: text(p.message), hint: text(p.hint), ...(at && { where: at }) };
  };
  const { message, hint } = problem(asProblem(error));
  const at = where(error.where);
  return new ReflowError(error.kind, error.code, message, hint, {
    ...(at && { where: at }),
    problems: error.problems.map(problem),
    cause: error,
  });
}
