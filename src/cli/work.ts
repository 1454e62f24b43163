import { rmdir } from "node:fs/promises";
import { type Problem, ReflowError } from "../kit/errors.js";
import type { Emit } from "../kit/events.js";
import { exists } from "../kit/files.js";
import { makeFolder } from "../kit/folders.js";
import { onInterrupt } from "./interrupt.js";
import { outputMode, reporter } from "./output.js";

export type WorkFlags = Readonly<{ json?: boolean; plain?: boolean }>;

/** Problems that are printed one by one. */
const SHOWN = 20;

/** Does resumable work with progress. Ctrl-C ends it with `interrupted`, which says what is `kept`. */
export async function interruptible<Result>(
  flags: WorkFlags,
  kept: string,
  work: (tools: { emit: Emit; signal: AbortSignal }) => Promise<Result>,
): Promise<{ result: Result; emit: Emit }> {
  const { emit, clear } = reporter(outputMode(flags));
  const { signal, done } = onInterrupt();
  try {
    return { result: await work({ emit, signal }), emit };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new ReflowError("interrupted", "interrupted", `stopped; ${kept}`, "The same command goes on.");
  } finally {
    clear();
    done();
  }
}

/** Prints problems, errors first since they are what the exit code tells, and the result. Exit 3 after an error. */
export function told(
  name: string,
  flags: WorkFlags,
  emit: Emit,
  o: Readonly<{
    problems: readonly Problem[];
    value: Readonly<Record<string, unknown>>;
    text: readonly string[];
    next?: () => void;
  }>,
): void {
  const errors = o.problems.filter((p) => p.severity === "error");
  const others = o.problems.filter((p) => p.severity !== "error");
  for (const problem of [...errors, ...others].slice(0, SHOWN)) emit({ type: "problem", problem });
  if (o.problems.length > SHOWN)
    emit({ type: "log", level: "warn", message: `${o.problems.length - SHOWN} more problems` });
  if (flags.json) emit({ type: "result", name, value: { ...o.value, problems: o.problems } });
  else process.stdout.write(`${o.text.join("\n")}\n`);
  if (errors.length > 0) process.exitCode = 3;
  else if (!flags.json) o.next?.();
}

/** Holds the lock of the output while working: two would write over each other's files. Throws `run_locked`. */
export async function alone<T>(output: string, work: () => Promise<T>): Promise<T> {
  const { acquireLock } = await import("../engine/lock.js");
  const before = await exists(output);
  await makeFolder(output);
  const lock = await acquireLock(output);
  try {
    return await work();
  } finally {
    await lock.release();
    // Nothing was written: the folder goes again. Others than empty ones stay.
    if (!before) await rmdir(output).catch(() => {});
  }
}
