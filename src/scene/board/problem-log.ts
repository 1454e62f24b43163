import type { Place, Problem } from "../../kit/errors.js";
import { ReflowError } from "../../kit/errors.js";

/** Problems of one code that are listed one by one; the rest is counted. */
const LISTED = 10;

export type ProblemLog = Readonly<{
  add(severity: Problem["severity"], code: string, message: string, hint: string, where?: Place): void;
  /** Files a thrown data error as a warning; anything else is thrown on. */
  caught(error: unknown): void;
  problems(): Problem[];
}>;

/** Collects what is odd in a file: the first few of each kind in full, then how many more there are. */
export function problemLog(): ProblemLog {
  const kept: Problem[] = [];
  const counts = new Map<string, { seen: number; last: Problem }>();
  const add = (problem: Problem) => {
    const count = counts.get(problem.code);
    if (count) {
      count.seen++;
      count.last = problem;
    } else counts.set(problem.code, { seen: 1, last: problem });
    if ((count?.seen ?? 1) <= LISTED) kept.push(problem);
  };
  return {
    add(severity, code, message, hint, where) {
      add({ severity, code, message, hint, ...(where ? { where } : {}) });
    },
    caught(error) {
      if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
      add({
        severity: "warning",
        code: error.code,
        message: error.message,
        hint: error.hint,
        ...(error.where ? { where: error.where } : {}),
      });
    },
    problems() {
      const more = [...counts.values()]
        .filter((c) => c.seen > LISTED)
        .map(({ seen, last }) => ({
          severity: last.severity,
          code: last.code,
          message: `${seen - LISTED} more of this kind`,
          hint: last.hint,
          ...(last.where?.file === undefined ? {} : { where: { file: last.where.file } }),
        }));
      return [...kept, ...more];
    },
  };
}
