import type { Problem } from "../../kit/errors.js";
import type { Emit } from "../../kit/events.js";
import { alone, interruptible, told, type WorkFlags } from "../work.js";

/** The greatest seed, step or count: 32 bits. */
export const MOST = 4_294_967_295;

/**
 * Runs resumable work with progress, then prints its result and its problems. Exit 3 when a problem is an error:
 * what could be made is made all the same.
 */
export async function synthWork<Result extends Readonly<{ problems: readonly Problem[] }>>(
  name: string,
  flags: WorkFlags & Readonly<{ output: string }>,
  o: Readonly<{
    work: (tools: { emit: Emit; signal: AbortSignal }) => Promise<Result>;
    value: (result: Result) => Readonly<Record<string, unknown>>;
    text: (result: Result) => readonly string[];
    next: (result: Result) => void;
  }>,
): Promise<void> {
  const { result, emit } = await interruptible(flags, "finished pictures are kept", (tools) =>
    alone(flags.output, () => o.work(tools)),
  );
  told(name, flags, emit, {
    problems: result.problems,
    value: o.value(result),
    text: o.text(result),
    next: () => o.next(result),
  });
}
