import { type Document, isMap, isNode, LineCounter, parseDocument } from "yaml";
import type { Place, Problem } from "../../kit/errors.js";

/** Reads values out of a YAML document and collects what is wrong, with line and field. */
export type SpecReader = Readonly<{
  problems: Problem[];
  raw: Record<string, unknown>;
  /** The value at a dotted path, or undefined. */
  get: (path: string) => unknown;
  number: (path: string, fallback: number, rule: NumberRule) => number;
  choice: <T extends string>(path: string, fallback: T, allowed: readonly T[]) => T;
  flag: (path: string, fallback: boolean) => boolean;
  numbers: (path: string, fallback: readonly number[]) => readonly number[];
  /** Keys of a map in file order. */
  keys: (path: string) => readonly string[];
  report: (severity: Problem["severity"], code: string, path: string, message: string, hint: string) => void;
}>;

export type NumberRule = Readonly<{ min: number; max?: number; integer?: boolean }>;

/** Parses YAML text. Syntax errors become problems and an empty document. */
export function readSpecText(text: string, file: string): SpecReader {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ""), { lineCounter: lines, prettyErrors: false });
  const problems: Problem[] = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const message = error.message.split("\n")[0] ?? "invalid YAML";
    return problem("error", "spec_yaml_invalid", message, "Fix the YAML syntax.", {
      file,
      row: line,
      column: col,
    });
  });
  const sound = document.errors.length === 0 && isMap(document.contents);
  if (document.errors.length === 0 && !sound)
    problems.push(
      problem("error", "spec_not_a_map", "the spec is not a YAML map", "docs/files.md shows a sample spec.", {
        file,
      }),
    );
  let raw: Record<string, unknown> = {};
  try {
    if (sound) raw = document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>;
  } catch (error) {
    // Aliases without an anchor, and aliases that multiply without bound.
    const message = `not usable YAML: ${(error as Error).message.split("\n")[0]}`;
    problems.push(
      problem("error", "spec_unreadable", message, "Write the values out instead of using aliases.", {
        file,
      }),
    );
  }
  const placeOf = (path: string): Place => ({
    file,
    field: path,
    ...lineOf(document, lines, path.split(".")),
  });
  const get = (path: string): unknown => {
    let value: unknown = raw;
    for (const key of path.split(".")) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
      value = (value as Record<string, unknown>)[key];
    }
    return value ?? undefined;
  };
  const report: SpecReader["report"] = (severity, code, path, message, hint) => {
    problems.push(problem(severity, code, message, hint, placeOf(path)));
  };
  const wrong = (path: string, wanted: string) =>
    report(
      "error",
      "spec_value",
      path,
      `${path} must be ${wanted}, found ${JSON.stringify(get(path))}`,
      "Correct the value.",
    );
  return {
    problems,
    raw,
    get,
    report,
    number(path, fallback, { min, max = Number.POSITIVE_INFINITY, integer = false }) {
      const value = get(path);
      if (value === undefined) return fallback;
      if (typeof value === "number" && value >= min && value <= max && (!integer || Number.isInteger(value)))
        return value;
      const kind = integer ? "a whole number" : "a number";
      wrong(
        path,
        `${kind} ${max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `from ${min} to ${max}`}`,
      );
      return fallback;
    },
    choice(path, fallback, allowed) {
      const value = get(path);
      if (value === undefined) return fallback;
      const found = allowed.find((option) => option === value);
      if (found === undefined) wrong(path, `one of ${allowed.join(", ")}`);
      return found ?? fallback;
    },
    flag(path, fallback) {
      const value = get(path);
      if (value === undefined || typeof value === "boolean") return value ?? fallback;
      wrong(path, "true or false");
      return fallback;
    },
    numbers(path, fallback) {
      const value = get(path);
      if (value === undefined) return fallback;
      if (
        Array.isArray(value) &&
        value.every((v): v is number => typeof v === "number" && Number.isFinite(v))
      )
        return value;
      wrong(path, "a list of numbers");
      return fallback;
    },
    keys(path) {
      const node = document.getIn(path.split("."), true);
      if (node === undefined || node === null) return [];
      if (isMap(node)) return node.items.map((item) => String(item.key));
      if (get(path) !== undefined) wrong(path, "a map");
      return [];
    },
  };
}

function problem(
  severity: Problem["severity"],
  code: string,
  message: string,
  hint: string,
  where: Place,
): Problem {
  return { code, severity, message, hint, where };
}

/** The line of the deepest part of the path that exists. */
function lineOf(document: Document, lines: LineCounter, path: readonly string[]): { row?: number } {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return { row: lines.linePos(node.range[0]).line };
  }
  return {};
}
