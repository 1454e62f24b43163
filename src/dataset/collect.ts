import type { Place, Problem } from "../kit/errors.js";
import { CODES, type Code, type CodeInfo } from "./codes.js";

/** All problems of one code: how many there are and the first few. */
export type Finding = Readonly<{
  code: string;
  severity: Problem["severity"];
  title: string;
  fix: string;
  count: number;
  examples: readonly Problem[];
}>;

/** Gathers problems with flat memory: of each code the number and the first examples are kept. */
export type Collector = Readonly<{
  /** `message` is only called for those that are kept. `hint` overrides the general fix. */
  add(
    code: Code,
    message: () => string,
    where: Place,
    more?: { hint?: string; severity?: Problem["severity"] },
  ): void;
  addProblem(problem: Problem): void;
  /** Worst first, then in the order of first appearance. */
  findings(): Finding[];
  /** The kept examples, with one closing problem per code of which more were found. */
  problems(): Problem[];
}>;

const RANK = { error: 0, warning: 1, info: 2 } as const;

export function collector(keep = 20): Collector {
  const found = new Map<string, { severity: Problem["severity"]; count: number; examples: Problem[] }>();
  const slot = (code: string, severity: Problem["severity"]) => {
    // One code can come in two severities (a rule can be softer for one table): counted apart.
    const key = `${severity}:${code}`;
    let held = found.get(key);
    if (!held) {
      held = { severity, count: 0, examples: [] };
      found.set(key, held);
    }
    held.count++;
    return held;
  };
  const sorted = () => [...found].sort((a, b) => RANK[a[1].severity] - RANK[b[1].severity]);
  return {
    add(code, message, where, more = {}) {
      const severity = more.severity ?? CODES[code].severity;
      const held = slot(code, severity);
      if (held.examples.length < keep)
        held.examples.push({ code, severity, message: message(), hint: more.hint ?? CODES[code].fix, where });
    },
    addProblem(problem) {
      const held = slot(problem.code, problem.severity);
      if (held.examples.length < keep) held.examples.push(problem);
    },
    findings: () =>
      sorted().map(([key, held]) => {
        const code = key.slice(key.indexOf(":") + 1);
        const known: CodeInfo | undefined = CODES[code as Code];
        const first = held.examples[0] as Problem;
        return {
          code,
          severity: held.severity,
          title: known?.title ?? first.message,
          fix: known?.fix ?? first.hint,
          count: held.count,
          examples: held.examples,
        };
      }),
    problems: () =>
      sorted().flatMap(([, held]) => {
        const more = held.count - held.examples.length;
        const last = held.examples.at(-1) as Problem;
        if (more === 0) return held.examples;
        const file = last.where?.file;
        return [
          ...held.examples,
          { ...last, message: `… and ${more} more of this kind`, where: file === undefined ? {} : { file } },
        ];
      }),
  };
}
