import { asProblem, type Problem, ReflowError } from "../../../kit/index.js";
import type { Check } from "../types.js";

/** One row of the checks, and what blocks the plan because of it. A row that says error always blocks. */
export type Checked = Readonly<{ check: Check; problems: readonly Problem[] }>;

export function passed(id: string, title: string, detail: string): Checked {
  return { check: { id, title, status: "ok", detail }, problems: [] };
}

/** Worth a look before hours of work, but the run can be made. */
export function doubtful(id: string, title: string, detail: string): Checked {
  return { check: { id, title, status: "warning", detail }, problems: [] };
}

export function skipped(id: string, title: string, detail: string): Checked {
  return { check: { id, title, status: "not applicable", detail }, problems: [] };
}

/** `problems` that are listed already (by the look at the data) need not be given again. */
export function failed(
  id: string,
  title: string,
  detail: string,
  problems: readonly Problem[] = [],
): Checked {
  return { check: { id, title, status: "error", detail }, problems };
}

/** A failed row from a thrown error. Faults of this program are passed on. */
export function failedBy(id: string, title: string, error: unknown): Checked {
  if (!(error instanceof ReflowError)) throw error;
  return failed(id, title, error.message, [asProblem(error)]);
}

/** Bytes as people read them: a whole number of MiB, with two digits that count. */
export function mib(bytes: number): string {
  const n = bytes / 2 ** 20;
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, n))) - 1);
  return `${Math.ceil(n / step) * step} MiB`;
}
