import type { Problem } from "../../kit/errors.js";

/** Collects problems; the same code on the same spot is kept once. */
export type Report = Readonly<{
  add: (problem: Problem) => void;
  /** Something of the prim is missing from the scene. */
  error: (code: string, prim: string, message: string, hint: string) => void;
  warn: (code: string, prim: string, message: string, hint: string) => void;
  info: (code: string, prim: string, message: string, hint: string) => void;
  list: () => readonly Problem[];
}>;

/** Beyond this many of one code, only their number is told. */
const MOST_OF_A_CODE = 50;

export function report(file: string): Report {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  const add = (problem: Problem): void => {
    const key = `${problem.code} ${problem.where?.field ?? ""} ${problem.message}`;
    if (seen.has(key)) return;
    seen.add(key);
    const count = (counts.get(problem.code) ?? 0) + 1;
    counts.set(problem.code, count);
    if (count <= MOST_OF_A_CODE) problems.push(problem);
  };
  const say =
    (severity: Problem["severity"]) =>
    (code: string, prim: string, message: string, hint: string): void =>
      add({ code, severity, message, hint, where: { file, field: prim } });
  return {
    add,
    error: say("error"),
    warn: say("warning"),
    info: say("info"),
    list: () => [
      ...problems,
      ...[...counts]
        .filter(([, count]) => count > MOST_OF_A_CODE)
        .map(([code, count]) => ({
          code,
          severity: "info" as const,
          message: `${count - MOST_OF_A_CODE} more of ${code}`,
          hint: "They differ only in the prim.",
          where: { file },
        })),
    ],
  };
}
