import { ReflowError } from "../kit/index.js";

/** A run that was stopped on request: what is finished is kept, and it can go on. */
export function runInterrupted(): ReflowError {
  return new ReflowError(
    "interrupted",
    "interrupted",
    "stopped on request",
    "`reflow resume <run-dir>` goes on from here; finished work is kept.",
  );
}
