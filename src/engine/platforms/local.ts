import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { explainWriteError, isErrno, makeFolder, ReflowError } from "../../kit/index.js";
import { runInterrupted } from "../interrupted.js";
import type { JobFile, Platform, PlatformOptions } from "../job.js";
import { isAlive, processStart } from "../process-identity.js";
import { fromWireError, lineReader, type WireError } from "../wire.js";

/** Seconds between asking a job to stop and stopping it. */
const GRACE_MS = 5000;

/**
 * Jobs as child processes on this machine. The child's standard input is a pipe that we never write to: when
 * this process dies, however it dies, the pipe closes and the child ends itself, so no orphan keeps training.
 * The child leads its own process group, so Ctrl-C reaches us alone and we decide how it stops.
 */
export function localPlatform(): Platform {
  return { name: "local", run: runLocal, reclaim: (file) => endLeftover(pidFileOf(file)) };
}

async function runLocal(file: string, { job }: JobFile, options: PlatformOptions): Promise<void> {
  const { signal, emit, logFile } = options;
  if (signal?.aborted) throw runInterrupted();
  const pidFile = pidFileOf(file);
  await makeFolder(path.dirname(logFile));
  const [command, ...args] = job.argv;
  const child = spawn(command as string, args, {
    cwd: job.cwd,
    env: { ...inherited(), ...job.env, REFLOW_STDIN_IS_PARENT: "1" },
    stdio: ["pipe", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  let wireError: WireError | undefined;
  let tail = "";
  const log = createWriteStream(logFile, { flags: "a" });
  let logFailed = false;
  log.on("error", () => {
    logFailed = true;
  });
  child.stdin.on("error", () => {});
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  child.stdout.on(
    "data",
    lineReader((value) => {
      if (value.type === "error") wireError = value.error;
      else emit(value);
    }),
  );
  child.stderr.on("data", (text: string) => {
    tail = (tail + text).slice(-2000);
    if (!logFailed) log.write(text);
  });

  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    kill(child.pid, "SIGTERM");
    timer = setTimeout(() => kill(child.pid, "SIGKILL"), GRACE_MS);
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const ended = new Promise<{ code: number | null; by: NodeJS.Signals | null }>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, by) => resolve({ code, by }));
    });
    ended.catch(() => {});
    if (child.pid !== undefined) {
      const start = await processStart(child.pid);
      if (start) {
        try {
          await writeFile(pidFile, JSON.stringify({ pid: child.pid, start }));
        } catch (error) {
          kill(child.pid, "SIGKILL");
          throw explainWriteError(error, pidFile);
        }
      }
    }
    const { code, by } = await ended;
    if (signal?.aborted) throw runInterrupted();
    if (wireError) throw fromWireError(wireError);
    if (code !== 0 || by) throw crashed(job.id, code, by, tail, logFile);
  } catch (error) {
    if (isErrno(error, "ENOENT", "EACCES"))
      throw new ReflowError(
        "stage",
        "program_not_found",
        `cannot start ${command}: ${(error as Error).message}`,
        "Check the installation.",
        { cause: error },
      );
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    kill(child.pid, "SIGKILL");
    await new Promise<void>((resolve) => (logFailed ? resolve() : log.end(() => resolve())));
    await rm(pidFile, { force: true }).catch(() => {});
  }
}

/** Remembers the process of a job beside its job file. */
function pidFileOf(jobFile: string): string {
  return path.join(path.dirname(jobFile), "process.json");
}

/** Ends a child of an earlier, killed parent that has not yet noticed: two must never write one folder. */
async function endLeftover(pidFile: string): Promise<void> {
  const text = await readFile(pidFile, "utf8").catch(() => undefined);
  if (text === undefined) return;
  try {
    const { pid, start } = JSON.parse(text) as { pid: number; start: string };
    for (let i = 0; i < 200 && (await isAlive(pid, start)); i++) {
      kill(pid, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  } catch {
    // Half-written by a killed parent: that child never got past its first instant.
  }
  await rm(pidFile, { force: true });
}

function kill(pid: number | undefined, how: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    if (process.platform === "win32") process.kill(pid, how);
    else process.kill(-pid, how);
  } catch {
    // Already gone.
  }
}

/** The few variables a program needs to run at all; nothing else leaks into results. */
function inherited(): Record<string, string> {
  const keep = [
    "PATH",
    "HOME",
    "TMPDIR",
    "TEMP",
    "LANG",
    "LC_ALL",
    "TZ",
    "SystemRoot",
    "LD_LIBRARY_PATH",
    "REFLOW_ORT",
  ];
  return Object.fromEntries(
    keep.flatMap((k) => (process.env[k] === undefined ? [] : [[k, process.env[k] as string]])),
  );
}

function crashed(
  id: string,
  code: number | null,
  by: NodeJS.Signals | null,
  tail: string,
  logFile: string,
): ReflowError {
  const last = tail.trim().split("\n").slice(-3).join(" | ");
  if (by === "SIGKILL" || by === "SIGTERM" || by === "SIGINT" || by === "SIGHUP")
    return new ReflowError(
      "interrupted",
      "stage_killed",
      `the process of ${id} was ended from outside (${by})`,
      "If the system ran out of memory, use fewer --workers. `reflow resume <run-dir>` goes on from here.",
      { where: { file: logFile } },
    );
  return new ReflowError(
    "stage",
    "stage_crashed",
    `the process of ${id} ended with ${by ?? `exit code ${code}`}${last ? `: ${last}` : ""}`,
    "The log file has the details.",
    { where: { file: logFile } },
  );
}
