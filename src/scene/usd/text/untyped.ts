import { LIMITS } from "../limits.js";
import { modernTypeName, valueType } from "../types.js";
import { type AssetPath, BLOCKED, type Dictionary, isAsset, type ListOp, type Value } from "../values.js";
import {
  accept,
  acceptWord,
  type Cursor,
  endItem,
  endStatement,
  expect,
  peek,
  syntaxError,
  word,
} from "./cursor.js";
import { acceptNumber, assetLiteral, pathLiteral, quoted } from "./literals.js";
import { typedValue } from "./typed.js";

/** A metadata value, whose type the text does not name. Bare words other than `true` and `false` are strings. */
export function untypedValue(c: Cursor, depth = 0): Value {
  if (depth > LIMITS.valueDepth) throw syntaxError(c, "values are nested too deeply");
  const next = peek(c);
  if (next === '"' || next === "'") return quoted(c);
  if (next === "@") return { asset: assetLiteral(c) };
  if (next === "<") return { path: pathLiteral(c) };
  if (next === "{") return dictionary(c, depth + 1);
  if (next === "[") return list(c, depth + 1);
  if (next === "(") return Object.freeze(numbersIn(c, depth + 1));
  const number = acceptNumber(c);
  if (number !== undefined) return number;
  if (acceptWord(c, "None")) return BLOCKED;
  const bare = word(c, "value");
  if (/^(?:true|True)$/.test(bare)) return true;
  return /^(?:false|False)$/.test(bare) ? false : bare;
}

function numbersIn(c: Cursor, depth: number): number[] {
  if (depth > LIMITS.valueDepth) throw syntaxError(c, "values are nested too deeply");
  const into: number[] = [];
  expect(c, "(");
  while (peek(c) !== ")") {
    if (c.text.charAt(c.at) === "(") into.push(...numbersIn(c, depth + 1));
    else {
      const number = acceptNumber(c);
      if (number === undefined) {
        // Old files hold tuples of strings in metadata; their text is not needed.
        untypedValue(c, depth + 1);
        into.push(Number.NaN);
      } else into.push(number);
    }
    endItem(c, ")");
  }
  c.at++;
  return into;
}

function list(c: Cursor, depth: number): Value {
  const items: Value[] = [];
  expect(c, "[");
  while (peek(c) !== "]") {
    items.push(untypedValue(c, depth));
    endItem(c, "]");
  }
  c.at++;
  return uniform(items);
}

/** A list whose items are all of one kind; numbers and tuples become one flat array. */
export function uniform(items: readonly Value[]): Value {
  if (items.length === 0) return [] as readonly string[];
  if (items.every((item) => typeof item === "number")) return Float64Array.from(items as number[]);
  if (items.every((item) => Array.isArray(item) || ArrayBuffer.isView(item)))
    return Float64Array.from(items.flatMap((item) => Array.from(item as ArrayLike<number>)));
  if (items.every((item) => typeof item === "boolean")) return items as boolean[];
  if (items.every(isAsset)) return items as AssetPath[];
  return items.map(String);
}

/** `{ type name = value … }`, with dictionaries inside. */
export function dictionary(c: Cursor, depth = 0): Dictionary {
  if (depth > LIMITS.valueDepth) throw syntaxError(c, "values are nested too deeply");
  const into = new Map<string, Value>();
  expect(c, "{");
  while (peek(c) !== "}") {
    const at = c.at;
    let name = word(c, "type name");
    if (accept(c, "[")) {
      expect(c, "]");
      name += "[]";
    }
    const key = peek(c) === '"' || peek(c) === "'" ? quoted(c) : word(c, "key");
    expect(c, "=");
    if (name === "dictionary") into.set(key, dictionary(c, depth + 1));
    else {
      const type = valueType(modernTypeName(name));
      if (!type) throw syntaxError(c, `unknown type "${name}"`, at);
      into.set(key, typedValue(c, type));
    }
    endStatement(c, "}");
  }
  c.at++;
  return into;
}

/** `{ "a": "b", … }`. */
export function stringDictionary(c: Cursor): Dictionary {
  const into = new Map<string, Value>();
  expect(c, "{");
  while (peek(c) !== "}") {
    const key = quoted(c);
    expect(c, ":");
    into.set(key, quoted(c));
    endItem(c, "}");
  }
  c.at++;
  return into;
}

/** One item, items in brackets, or (where the list is replaced) `None` for an empty one. */
export function items<T>(c: Cursor, item: (c: Cursor) => T, edit: ListEdit = "explicit"): readonly T[] {
  const at = c.at;
  if (acceptWord(c, "None")) {
    if (edit !== "explicit") throw syntaxError(c, `None cannot be used to ${edit}`, at);
    return [];
  }
  if (!accept(c, "[")) return [item(c)];
  const into: T[] = [];
  while (peek(c) !== "]") {
    into.push(item(c));
    endItem(c, "]");
  }
  c.at++;
  return into;
}

export type ListEdit = "explicit" | "add" | "prepend" | "append" | "delete" | "reorder";

const FIELD = {
  explicit: "explicit",
  add: "added",
  prepend: "prepended",
  append: "appended",
  delete: "deleted",
  reorder: "ordered",
} as const;

/** The keyword of a list edit, when one comes next and is no name itself (`add = 1`). */
export function acceptEdit(c: Cursor): ListEdit | undefined {
  const at = c.at;
  for (const edit of ["add", "prepend", "append", "delete", "reorder"] as const) {
    if (!acceptWord(c, edit)) continue;
    const next = peek(c);
    if (next !== "=" && next !== "(" && next !== "." && next !== "") return edit;
    c.at = at;
    return undefined;
  }
  return undefined;
}

/** Adds an edit to a list-op. */
export function edited<T>(op: ListOp<T> | undefined, edit: ListEdit, values: readonly T[]): ListOp<T> {
  return { ...op, [FIELD[edit]]: values };
}
