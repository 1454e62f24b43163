import { ReflowError } from "../kit/errors.js";
import { printError } from "./errors.js";

/** What a command without resumable work may take to put its things away. */
export const GRACE_MS = 500;

/**
 * Turns Ctrl-C, SIGTERM and SIGHUP into an abort, so that the work stops at a resumable point; a second one ends at
 * once, which is safe too (everything survives a kill). With `graceMs` there is nothing to resume: the process ends
 * with 130 when that time is over, whether the work has noticed or not.
 */
export function onInterrupt(o: { graceMs?: number } = {}): { signal: AbortSignal; done: () => void } {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    if (abort.signal.aborted) process.exit(130);
    if (o.graceMs === undefined)
      process.stderr.write("\nstopping; finished work is kept (again to stop at once)\n");
    else timer = setTimeout(end, o.graceMs);
    abort.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: abort.signal,
    done: () => {
      clearTimeout(timer);
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What a command says that was stopped and has nothing to resume. */
export function interrupted(): ReflowError {
  return new ReflowError("interrupted", "interrupted", "stopped", "The same command starts again.");
}

function end(): never {
  printError(interrupted(), { json: process.argv.includes("--json") });
  process.exit(130);
}
