import { rmdir } from "node:fs/promises";
import { InvalidArgumentError } from "commander";
import { type Problem, ReflowError } from "../../kit/errors.js";
import type { Emit } from "../../kit/events.js";
import { exists } from "../../kit/files.js";
import { makeFolder } from "../../kit/folders.js";
import { onInterrupt } from "../interrupt.js";
import { outputMode, reporter } from "../output.js";

type Flags = Readonly<{ json?: boolean; plain?: boolean }>;

/** Problems that are printed one by one. */
const SHOWN = 20;

/**
 * Runs resumable work with progress, then prints its result and its problems. Exit 3 when a problem is an error:
 * what could be made is made all the same.
 */
export async function synthWork<Result extends Readonly<{ problems: readonly Problem[] }>>(
  name: string,
  flags: Flags & Readonly<{ output: string }>,
  o: Readonly<{
    work: (tools: { emit: Emit; signal: AbortSignal }) => Promise<Result>;
    value: (result: Result) => Readonly<Record<string, unknown>>;
    text: (result: Result) => readonly string[];
    next: (result: Result) => void;
  }>,
): Promise<void> {
  const { emit, clear } = reporter(outputMode(flags));
  const { signal, done } = onInterrupt();
  let result: Result;
  try {
    result = await alone(flags.output, () => o.work({ emit, signal }));
  } catch (error) {
    clear();
    if (!signal.aborted) throw error;
    throw new ReflowError(
      "interrupted",
      "interrupted",
      "stopped; finished pictures are kept",
      "The same command goes on.",
    );
  } finally {
    done();
  }
  clear();
  // Errors first: they are what the exit code tells.
  const errors = result.problems.filter((p) => p.severity === "error");
  const others = result.problems.filter((p) => p.severity !== "error");
  for (const problem of [...errors, ...others].slice(0, SHOWN)) emit({ type: "problem", problem });
  if (result.problems.length > SHOWN)
    emit({ type: "log", level: "warn", message: `${result.problems.length - SHOWN} more problems` });
  if (flags.json) emit({ type: "result", name, value: { ...o.value(result), problems: result.problems } });
  else process.stdout.write(`${o.text(result).join("\n")}\n`);
  if (result.problems.some((p) => p.severity === "error")) process.exitCode = 3;
  else if (!flags.json) o.next(result);
}

/** Holds the lock of the output while working: two runs would clear each other's labels. Throws `run_locked`. */
async function alone<T>(output: string, work: () => Promise<T>): Promise<T> {
  const { acquireLock } = await import("../../loop/lock.js");
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

/** A whole number of at least `least`. */
export function wholeNumber(name: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > 4_294_967_295)
      throw new InvalidArgumentError(`${name} must be a whole number from ${least}.`);
    return value;
  };
}
