import { InvalidArgumentError } from "commander";
import { type Problem, ReflowError } from "../../kit/errors.js";
import type { Emit } from "../../kit/events.js";
import { alone, interruptible, told, type WorkFlags } from "../work.js";

/** Words for the reasons of refusals, in the order in which filters work. */
export const REFUSALS: Readonly<Record<string, string>> = {
  frame: "whole frames (files missing or unusable)",
  no_labels: "frames without labels",
  no_defect: "frames without a defect label",
  not_visible: "frames without a visible defect",
  no_target: "without an anchor class",
  filter: "of other classes",
  unlabelled: "without a label",
  min_area: "too small",
  max_area: "too large",
  edge: "at the border",
  empty: "without pixels",
  coverage: "mostly empty board",
  identical: "with equal good pictures",
  max_emit: "over --max-emit",
};

type Work<Result> = Readonly<{
  /** Folder whose lock is held meanwhile: a second command on it is refused. */
  output?: string;
  work: (o: { emit: Emit; signal: AbortSignal }) => Promise<Result>;
  /** Triggers that were left out. */
  others: readonly string[];
  /** How much was made; nothing is an error. */
  made: (result: Result) => number;
  value: (result: Result) => Readonly<Record<string, unknown>>;
  text: (result: Result) => readonly string[];
  /** What to do when nothing was made. */
  none: string;
  next?: (result: Result) => void;
}>;

/**
 * Runs resumable work and shows progress, the result and its problems. Throws `nothing_made` when nothing was;
 * sets exit code 3 when a frame was unusable.
 */
export async function worked<Result extends Readonly<{ problems: readonly Problem[] }>>(
  name: string,
  flags: WorkFlags,
  o: Work<Result>,
): Promise<void> {
  const { output } = o;
  const { result, emit } = await interruptible(flags, "finished work is kept", (tools) =>
    output === undefined ? o.work(tools) : alone(output, () => o.work(tools)),
  );
  if (o.others.length > 0)
    emit({
      type: "log",
      level: "warn",
      message: `only the first trigger was used; for ${o.others.join(", ")} name the folder, or --source`,
    });
  if (o.made(result) === 0)
    throw new ReflowError("data", "nothing_made", o.text(result).slice(0, 3).join("; "), o.none, {
      problems: [...result.problems].sort((a, b) => weight(a) - weight(b)),
    });
  told(name, flags, emit, {
    problems: result.problems,
    value: o.value(result),
    text: o.text(result),
    next: () => o.next?.(result),
  });
}

/** Errors first: only some of a long list are shown. */
function weight({ severity }: Problem): number {
  return severity === "error" ? 0 : severity === "warning" ? 1 : 2;
}

/** `capacitor 12, ic 3`; `none` when all are 0. */
export function counted(
  counts: Readonly<Record<string, number>>,
  words: Readonly<Record<string, string>> = {},
): string {
  const order = Object.keys(words);
  const some = Object.entries(counts).filter(([, n]) => n > 0);
  const sorted =
    order.length > 0 ? some.sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0])) : some.sort();
  const phrase = (word: string, n: number) => `${n} ${n === 1 ? word.replace(/\bframes\b/, "frame") : word}`;
  return sorted.map(([k, n]) => (words[k] ? phrase(words[k], n) : `${k} ${n}`)).join(", ") || "none";
}

/** A whole number from `least` to `most`. */
export function wholeOption(name: string, least: number, most = 1_000_000_000): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`${name} must be a whole number from ${least} to ${most}.`);
    return value;
  };
}

export function listOption(text: string): readonly string[] {
  const names = text.split(",").map((n) => n.trim());
  if (names.some((n) => n === "")) throw new InvalidArgumentError("Names are separated by single commas.");
  return names;
}
