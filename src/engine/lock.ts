import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { explainWriteError, isErrno, ReflowError } from "../kit/index.js";
import { isAlive, processStart } from "./process-identity.js";

export const LOCK_FILE = ".reflow.lock";

/** Who holds a run: enough to tell a living process from one that died and had its number reused. */
export type LockOwner = Readonly<{ pid: number; start: string; host: string; token: string }>;

export type Lock = Readonly<{ owner: LockOwner; release(): Promise<void> }>;

/**
 * Takes the lock of a folder that one process works in, or throws `run_locked` naming the holder, with `hint` on how to
 * see what it does. The lock appears complete or not at all (hard link), and one left behind by a dead process of this
 * host is taken over.
 */
export async function acquireLock(runDir: string, o: Readonly<{ hint?: string }> = {}): Promise<Lock> {
  const file = path.join(runDir, LOCK_FILE);
  const token = randomBytes(8).toString("hex");
  const owner: LockOwner = {
    pid: process.pid,
    start: (await processStart(process.pid)) ?? "unknown",
    host: hostname(),
    token,
  };
  const own = `${file}.${process.pid}.${token}`;
  try {
    await writeFile(own, JSON.stringify(owner), { flag: "wx" });
  } catch (error) {
    throw explainWriteError(error, file);
  }
  try {
    for (let attempt = 0; attempt < 200; attempt++) {
      if (await tryLink(own, file)) return { owner, release: () => release(file, token) };
      const holder = await readOwner(file);
      if (holder === undefined) continue; // released between the two calls
      if (holder && (await holds(holder))) throw locked(holder, file, o.hint);
      if (await takeOver(own, file, token)) return { owner, release: () => release(file, token) };
      await sleep(5);
    }
    throw locked(undefined, file, o.hint);
  } finally {
    await rm(own, { force: true }).catch(() => {});
  }
}

/** The living holder of a run's lock, if any. A lock of another host counts as living: we cannot look there. */
export async function lockHolder(runDir: string): Promise<LockOwner | undefined> {
  const owner = await readOwner(path.join(runDir, LOCK_FILE));
  return owner && (await holds(owner)) ? owner : undefined;
}

async function holds(owner: LockOwner): Promise<boolean> {
  return owner.host !== hostname() || (await isAlive(owner.pid, owner.start));
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    if (!isErrno(error, "EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP")) throw explainWriteError(error, to);
  }
  // No hard links here (some network and FAT file systems): exclusive creation is the next best thing.
  try {
    await writeFile(to, await readFile(from), { flag: "wx" });
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw explainWriteError(error, to);
  }
}

/**
 * Replaces the lock of a dead process. Only the holder of a second, short-lived lock may, and the first lock is
 * never absent meanwhile: between looking and replacing nobody can slip in.
 */
async function takeOver(own: string, file: string, token: string): Promise<boolean> {
  const gate = `${file}.takeover`;
  if (!(await tryLink(own, gate))) {
    // Its holder is at work, or was killed in these few lines.
    const other = await readOwner(gate);
    if (other !== undefined && !(other && (await holds(other)))) await rm(gate, { force: true });
    return false;
  }
  try {
    const holder = await readOwner(file);
    if (holder === undefined || (holder && (await holds(holder)))) return false;
    const copy = `${own}.copy`;
    await writeFile(copy, await readFile(own));
    await rename(copy, file);
  } catch (error) {
    throw explainWriteError(error, file);
  } finally {
    await rm(gate, { force: true }).catch(() => {});
  }
  await sleep(5);
  return (await readOwner(file))?.token === token;
}

/** Removes the short-lived lock of a process that was killed while taking over. Only the holder of the lock may. */
export async function sweepTakeover(runDir: string): Promise<void> {
  const gate = `${path.join(runDir, LOCK_FILE)}.takeover`;
  const owner = await readOwner(gate);
  if (owner !== undefined && !(owner && (await holds(owner)))) await rm(gate, { force: true });
}

/** The owner in a lock file; null when its text is torn, undefined when there is no file. */
async function readOwner(file: string): Promise<LockOwner | null | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (parseOwner(text) ?? null);
}

async function release(file: string, token: string): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text !== undefined && parseOwner(text)?.token === token)
    await rm(file, { force: true }).catch(() => {});
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const o = JSON.parse(text) as Partial<LockOwner>;
    if (typeof o.pid === "number" && typeof o.start === "string" && typeof o.host === "string")
      return { pid: o.pid, start: o.start, host: o.host, token: String(o.token) };
  } catch {
    // A torn write on a file system without links.
  }
  return undefined;
}

function locked(holder: LockOwner | undefined, file: string, hint: string | undefined): ReflowError {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : "another process";
  const elsewhere = holder && holder.host !== hostname();
  return new ReflowError(
    "usage",
    "run_locked",
    `${path.dirname(file)} is being worked on by ${who}`,
    elsewhere
      ? `If that process is gone, delete ${file}.`
      : `Wait for it, or stop it.${hint === undefined ? "" : ` ${hint}`}`,
    { where: { file } },
  );
}
