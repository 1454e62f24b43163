import { formatDouble, formatFloat } from "./number.js";

/** Text of a value in a `.usda` file. Made by the functions here only. */
export type UsdaValue = Readonly<{ text: string }>;

const value = (text: string): UsdaValue => ({ text });

/** A string or token. Control characters, quotes and backslashes are escaped; line breaks too. */
export function quoted(text: string): UsdaValue {
  return value(quote(text));
}

function quote(text: string): string {
  let out = '"';
  for (const sign of text) {
    const code = sign.codePointAt(0) as number;
    if (sign === "\\") out += "\\\\";
    else if (sign === '"') out += '\\"';
    else if (sign === "\n") out += "\\n";
    else if (sign === "\r") out += "\\r";
    else if (sign === "\t") out += "\\t";
    else if (code < 32 || code === 127) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else out += sign;
  }
  return `${out}"`;
}

export function quotedList(texts: readonly string[]): UsdaValue {
  return value(`[${texts.map(quote).join(", ")}]`);
}

export function float(x: number): UsdaValue {
  return value(formatFloat(x));
}

export function double(x: number): UsdaValue {
  return value(formatDouble(x));
}

export function integer(x: number): UsdaValue {
  return value(formatDouble(Math.trunc(x)));
}

export function boolean(x: boolean): UsdaValue {
  return value(x ? "true" : "false");
}

export function floatTuple(xs: readonly number[]): UsdaValue {
  return value(`(${xs.map(formatFloat).join(", ")})`);
}

export function doubleTuple(xs: readonly number[]): UsdaValue {
  return value(`(${xs.map(formatDouble).join(", ")})`);
}

/** 16 numbers, row by row. */
export function matrix(m: readonly number[]): UsdaValue {
  if (m.length !== 16) throw new RangeError(`a matrix has 16 numbers, not ${m.length}`);
  const rows = [0, 4, 8, 12].map(
    (r) =>
      `(${m
        .slice(r, r + 4)
        .map(formatDouble)
        .join(", ")})`,
  );
  return value(`( ${rows.join(", ")} )`);
}

export function integers(xs: ArrayLike<number>): UsdaValue {
  return value(`[${Array.from(xs, (x) => formatDouble(Math.trunc(x))).join(",")}]`);
}

/** Tuples of `size` floats from a flat array: points, normals, texture coordinates. */
export function floatTuples(flat: ArrayLike<number>, size: number): UsdaValue {
  const out: string[] = [];
  for (let i = 0; i + size <= flat.length; i += size) {
    const tuple: string[] = [];
    for (let k = 0; k < size; k++) tuple.push(formatFloat(flat[i + k]));
    out.push(`(${tuple.join(",")})`);
  }
  return value(`[${out.join(",")}]`);
}

/** An absolute prim or property path: the target of a relationship or connection. */
export function target(path: string): UsdaValue {
  if (!/^\/[A-Za-z0-9_/.:]*$/.test(path)) throw new RangeError(`not a path: ${path}`);
  return value(`<${path}>`);
}
