import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { isErrno } from "./errors.js";

/** What a write leaves behind when its process is killed: `.<name>.<pid>.<random>.tmp`. */
const TEMPORARY = /^\..+\.(\d+)\.[0-9a-f]{8}\.tmp$/;

/** Removes half-written files of processes that are gone. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const pid = TEMPORARY.exec(name)?.[1];
    if (pid !== undefined && !alive(Number(pid))) await rm(path.join(folder, name), { force: true });
  }
}

/** The same in `folder` and all folders below it; nothing where there is no such folder. */
export async function sweep(folder: string): Promise<void> {
  let entries: Awaited<ReturnType<typeof list>>;
  try {
    entries = await list(folder);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return;
    throw error;
  }
  await removeLeftovers(folder);
  for (const entry of entries) if (entry.isDirectory()) await sweep(path.join(folder, entry.name));
}

function list(folder: string) {
  return readdir(folder, { withFileTypes: true });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process: not ours to judge.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
