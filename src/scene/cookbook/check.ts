import { z } from "zod";
import type { Place, Problem } from "../../kit/errors.js";
import { nearestName } from "../../kit/nearest-name.js";
import { fieldName, type KeyPath } from "./yaml-file.js";

/** Where the values under a path come from. */
export type Places = Readonly<{
  placeOf: (path: KeyPath) => Place;
  placeOfKey: (path: KeyPath, key: string) => Place;
}>;

/**
 * Validates a value against a schema and gives all problems, each with its file, line and column. Keys that the
 * schema does not know are errors that name the nearest known key.
 */
export function checked<T>(
  schema: z.ZodType<T>,
  value: unknown,
  places: Places,
): Readonly<{ value?: T; problems: readonly Problem[] }> {
  const result = schema.safeParse(value, { error: describe });
  if (result.success) return { value: result.data, problems: [] };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(schema, issue, value, places)) };
}

type Issue = z.core.$ZodIssue;

function problemsOf(schema: z.ZodType, issue: Issue, value: unknown, places: Places): Problem[] {
  const path = issue.path.filter((p): p is string | number => typeof p !== "symbol");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => {
      const near = nearestName(key, knownKeys(schema, path));
      const field = fieldName([...path, key]);
      return {
        code: "unknown_key",
        severity: "error",
        message: `${field} is no known key${near ? `; did you mean ${near}?` : ""}`,
        hint: near ? `Did you mean ${near}?` : "Remove it; docs/scene-render.md lists the keys.",
        where: places.placeOfKey(path, key),
      };
    });
  if (issue.code === "invalid_union") {
    // The branch that got furthest tells most.
    const furthest = [...issue.errors].sort((a, b) => deepest(b) - deepest(a))[0];
    if (furthest && deepest(furthest) > 0)
      return furthest.flatMap((inner) =>
        problemsOf(schema, { ...inner, path: [...issue.path, ...inner.path] } as Issue, value, places),
      );
  }
  const found = valueAt(value, path);
  const missing = found === undefined;
  return [
    {
      code: missing ? "key_missing" : "value_invalid",
      severity: "error",
      message: missing
        ? `${fieldName(path)} is missing: it ${issue.message}`
        : `${fieldName(path)} ${issue.message}, found ${short(found)}`,
      hint: missing ? "Add it." : "Correct the value.",
      where: places.placeOf(path),
    },
  ];
}

function deepest(issues: readonly Issue[]): number {
  return issues.reduce((most, i) => Math.max(most, i.path.length), 0);
}

/** Messages that continue "<field> …". */
const describe: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map((v) => JSON.stringify(v)).join(" or ")}`;
    case "too_small":
      return sized(issue.origin, `at least ${issue.minimum}`, issue.inclusive === false, "more than 0");
    case "too_big":
      return sized(issue.origin, `at most ${issue.maximum}`, false, "");
    default:
      return undefined;
  }
};

function sized(origin: string, bound: string, open: boolean, openWords: string): string {
  if (origin === "array") return `must have ${bound} entries`;
  if (origin === "string") return "must not be empty";
  return `must be ${open ? openWords : bound}`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a text",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
  tuple: "a list",
};

/** The keys of the object schema at a path, through optional, default and union wrappers. */
function knownKeys(schema: z.ZodType, path: KeyPath): readonly string[] {
  const level = unwrapped(schema);
  const [head, ...rest] = path;
  return level.flatMap((s) => {
    if (head === undefined) return s instanceof z.ZodObject ? Object.keys(s.shape) : [];
    if (s instanceof z.ZodObject && Object.hasOwn(s.shape, head))
      return knownKeys(s.shape[head] as z.ZodType, rest);
    if (s instanceof z.ZodRecord) return knownKeys(s.valueType as z.ZodType, rest);
    if (s instanceof z.ZodArray) return knownKeys(s.element as z.ZodType, rest);
    return [];
  });
}

function unwrapped(schema: z.ZodType): readonly z.ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return unwrapped(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly)
    return unwrapped(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((o) => unwrapped(o as z.ZodType));
  return [schema];
}

function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
