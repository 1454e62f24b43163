import { InvalidArgumentError } from "commander";
import { type Problem, ReflowError } from "../../kit/errors.js";
import type { Emit } from "../../kit/events.js";
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
  flags: Flags,
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
    result = await o.work({ emit, signal });
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
  for (const problem of result.problems.slice(0, SHOWN)) emit({ type: "problem", problem });
  if (result.problems.length > SHOWN)
    emit({ type: "log", level: "warn", message: `${result.problems.length - SHOWN} more problems` });
  if (flags.json) emit({ type: "result", name, value: { ...o.value(result), problems: result.problems } });
  else process.stdout.write(`${o.text(result).join("\n")}\n`);
  if (result.problems.some((p) => p.severity === "error")) process.exitCode = 3;
  else if (!flags.json) o.next(result);
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
