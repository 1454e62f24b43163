import { LIMITS } from "../limits.js";
import { type Base, type ValueType, width } from "../types.js";
import type { AssetPath, NumberArray, PathValue, Value } from "../values.js";
import { acceptWord, type Cursor, endItem, expect, peek, skip, syntaxError } from "./cursor.js";
import { assetLiteral, pathLiteral, quoted, toNumber } from "./literals.js";

/** A value of a declared type: `(1, 2, 3)` of `float3`, `["a"]` of `token[]`. Floats are rounded to their precision. */
export function typedValue(c: Cursor, type: ValueType): Value {
  return type.array ? arrayOf(c, type) : scalarOf(c, type);
}

function scalarOf(c: Cursor, type: ValueType): Value {
  switch (type.base) {
    case "string":
      return quoted(c);
    case "asset":
      return { asset: assetLiteral(c) };
    case "path":
      return { path: pathLiteral(c) };
    case "bool":
      return bool(c);
    case "opaque":
      throw syntaxError(c, "an opaque attribute has no value");
  }
  if (type.dims.length === 0) return rounded(type.base, numeral(c, type.base));
  const into: number[] = [];
  tuple(c, type, 0, into);
  return Object.freeze(Array.from(packed(type.base, into)));
}

function arrayOf(c: Cursor, type: ValueType): Value {
  if (type.base === "string") return listOf(c, quoted);
  if (type.base === "asset") return listOf<AssetPath>(c, (at) => ({ asset: assetLiteral(at) }));
  if (type.base === "path") return listOf<PathValue>(c, (at) => ({ path: pathLiteral(at) }));
  if (type.base === "bool") return listOf(c, bool);
  if (type.base === "opaque") throw syntaxError(c, "an opaque attribute has no value");
  const into: number[] = [];
  expect(c, "[");
  const most = LIMITS.arrayElements * width(type);
  while (peek(c) !== "]") {
    if (type.dims.length === 0) into.push(numeral(c, type.base));
    else tuple(c, type, 0, into);
    if (into.length > most) throw syntaxError(c, "array too long");
    endItem(c, "]");
  }
  c.at++;
  return packed(type.base, into);
}

/** Items between brackets. */
export function listOf<T>(c: Cursor, item: (c: Cursor) => T): readonly T[] {
  const into: T[] = [];
  expect(c, "[");
  while (peek(c) !== "]") {
    into.push(item(c));
    endItem(c, "]");
  }
  c.at++;
  return into;
}

function tuple(c: Cursor, type: ValueType, level: number, into: number[]): void {
  expect(c, "(");
  const length = type.dims[level];
  for (let i = 0; i < length; i++) {
    if (level + 1 < type.dims.length) tuple(c, type, level + 1, into);
    else into.push(numeral(c, type.base));
    skip(c);
    if (c.text.charCodeAt(c.at) === 44) c.at++;
    else if (i + 1 < length) throw syntaxError(c, `tuple of ${length} expected`);
  }
  if (peek(c) !== ")") throw syntaxError(c, `tuple of ${length} expected`);
  c.at++;
}

const WHOLE: ReadonlySet<Base> = new Set(["int", "uint", "uchar", "int64", "uint64"]);
const RANGE: Partial<Record<Base, readonly [number, number]>> = {
  int: [-(2 ** 31), 2 ** 31 - 1],
  uint: [0, 2 ** 32 - 1],
  uchar: [0, 255],
  int64: [-(2 ** 63), 2 ** 63],
  uint64: [0, 2 ** 64],
};

function numeral(c: Cursor, base: Base): number {
  skip(c);
  const { text } = c;
  const start = c.at;
  let end = start;
  for (;;) {
    const code = text.charCodeAt(end);
    // digits, letters, signs and the point; everything else ends a number
    if (
      (code >= 48 && code <= 57) ||
      code === 46 ||
      code === 45 ||
      code === 43 ||
      (code >= 97 && code <= 122) ||
      code === 69
    )
      end++;
    else break;
  }
  const word = text.slice(start, end);
  const value = end === start || word.startsWith("+") ? Number.NaN : toNumber(word);
  if (Number.isNaN(value) && word !== "nan") throw syntaxError(c, "number expected", start);
  const range = RANGE[base];
  if (range && !(value >= range[0] && value <= range[1]))
    throw syntaxError(c, `${word} is out of range for ${base}`, start);
  c.at = end;
  return WHOLE.has(base) ? Math.trunc(value) : value;
}

function bool(c: Cursor): boolean {
  if (acceptWord(c, "true") || acceptWord(c, "True")) return true;
  if (acceptWord(c, "false") || acceptWord(c, "False")) return false;
  if (peek(c) === '"') {
    const at = c.at;
    const word = quoted(c).toLowerCase();
    if (word === "true" || word === "yes" || word === "on") return true;
    if (word === "false" || word === "no" || word === "off") return false;
    throw syntaxError(c, "true or false expected", at);
  }
  return numeral(c, "double") !== 0;
}

function rounded(base: Base, value: number): number {
  return base === "float" ? Math.fround(value) : base === "half" ? toHalf(value) : value;
}

/** The nearest half-precision number. */
function toHalf(value: number): number {
  const size = Math.abs(value);
  if (!(size > 0 && size < Number.POSITIVE_INFINITY)) return value;
  if (size >= 65520) return value < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const step = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  const steps = value / step;
  const down = Math.floor(steps);
  const rest = steps - down;
  // Ties go to the even neighbour.
  return (rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down) * step;
}

/** The array kind that holds numbers of a base. */
export function packed(base: Base, numbers: readonly number[]): NumberArray {
  switch (base) {
    case "float":
      return Float32Array.from(numbers);
    case "half":
      return Float32Array.from(numbers, toHalf);
    case "int":
      return Int32Array.from(numbers);
    case "uint":
      return Uint32Array.from(numbers);
    case "uchar":
      return Uint8Array.from(numbers);
    default:
      return Float64Array.from(numbers);
  }
}
