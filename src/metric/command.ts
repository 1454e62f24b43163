import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { ReflowError } from "../kit/errors.js";

/** How much of a command's output is kept for messages, in characters. */
const TAIL = 4000;

/**
 * Runs an evaluator as argv, never through a shell. Ends with its exit code 0, or throws: `metric_command_missing`,
 * `metric_command_not_executable`, `metric_command_failed` (with the last output), `metric_command_timeout`, or
 * `interrupted` on abort. Timeout and abort end the whole process group, first politely, then for good.
 */
export async function runCommand(o: {
  path: string;
  args: readonly string[];
  timeoutMs: number;
  signal?: AbortSignal;
}): Promise<void> {
  await checkExecutable(o.path);
  if (o.signal?.aborted) throw interrupted();
  const child = spawn(o.path, [...o.args], {
    shell: false,
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  let tail = "";
  const keep = (chunk: Buffer) => {
    tail = (tail + chunk.toString("utf8")).slice(-TAIL);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);

  const end = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined)
        process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
    } catch {
      // It has ended by itself.
    }
  };
  let stopped: "timeout" | "abort" | undefined;
  let killer: NodeJS.Timeout | undefined;
  const stop = (why: "timeout" | "abort") => {
    stopped ??= why;
    end("SIGTERM");
    killer ??= setTimeout(() => end("SIGKILL"), 2000);
  };
  const timer = setTimeout(() => stop("timeout"), o.timeoutMs);
  const onAbort = () => stop("abort");
  o.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exit, signal) => resolve(exit ?? signal ?? "unknown"));
    });
    if (stopped === "abort") throw interrupted();
    if (stopped === "timeout")
      throw stage(
        "metric_command_timeout",
        `the metric command took longer than ${o.timeoutMs / 1000} s`,
        tail,
      );
    if (code !== 0) throw stage("metric_command_failed", `the metric command ended with ${code}`, tail);
  } catch (error) {
    if (error instanceof ReflowError) throw error;
    throw stage("metric_command_failed", `cannot run ${o.path}: ${(error as Error).message}`, tail);
  } finally {
    clearTimeout(timer);
    clearTimeout(killer);
    o.signal?.removeEventListener("abort", onAbort);
  }
}

/** Throws unless `file` is an executable file: for the checks before a run and before each call. */
export async function checkExecutable(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile())
    throw new ReflowError(
      "usage",
      "metric_command_missing",
      `the metric command does not exist: ${file}`,
      "Give the absolute path of an executable file.",
    );
  await access(file, constants.X_OK).catch(() => {
    throw new ReflowError(
      "usage",
      "metric_command_not_executable",
      `the metric command is not executable: ${file}`,
      `Run: chmod +x ${file}`,
    );
  });
}

function stage(code: string, message: string, tail: string): ReflowError {
  const last = tail.trim().split("\n").slice(-5).join("\n");
  return new ReflowError(
    "stage",
    code,
    last === "" ? message : `${message}; it said: ${last}`,
    "Run the command by hand with --inference-csv and --output-json.",
  );
}

function interrupted(): ReflowError {
  return new ReflowError("interrupted", "interrupted", "stopped on request", "Run the same command again.");
}
