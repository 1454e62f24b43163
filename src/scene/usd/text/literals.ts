import { absolutePath, primDepth } from "../paths.js";
import { type Cursor, peek, skip, syntaxError } from "./cursor.js";

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

/** A string in single or double quotes, or in three of them (then line ends are allowed). */
export function quoted(c: Cursor): string {
  const quote = peek(c);
  if (quote !== '"' && quote !== "'") throw syntaxError(c, "string expected");
  const { text } = c;
  const start = c.at;
  const long = text.startsWith(quote.repeat(3), start);
  const close = long ? quote.repeat(3) : quote;
  const first = start + close.length;
  let end = first;
  for (;;) {
    const ch = text.charAt(end);
    if (ch === "") throw syntaxError(c, "string without end", start);
    if (ch === "\\") end += 2;
    else if (ch === quote && text.startsWith(close, end)) break;
    else if (!long && (ch === "\n" || ch === "\r")) throw syntaxError(c, "string without end", start);
    else end++;
  }
  // Quotes directly before the closing three belong to the text: """a "b"""".
  while (long && text.startsWith(close, end + 1)) end++;
  c.at = end + close.length;
  return unescaped(text.slice(first, end));
}

function unescaped(raw: string): string {
  if (!raw.includes("\\")) return raw;
  return raw.replace(/\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([\s\S]))/g, (_, hex, octal, one) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    return ESCAPES[one] ?? one;
  });
}

/** `@path@` or `@@@path@@@`. */
export function assetLiteral(c: Cursor): string {
  if (peek(c) !== "@") throw syntaxError(c, "asset path expected");
  const { text } = c;
  const start = c.at;
  const long = text.startsWith("@@@", start);
  let end = start + (long ? 3 : 1);
  for (;;) {
    const ch = text.charAt(end);
    if (ch === "" || ch === "\n" || ch === "\r") throw syntaxError(c, "asset path without end", start);
    if (long && text.startsWith("\\@@@", end)) end += 4;
    else if (ch === "@" && (!long || text.startsWith("@@@", end))) break;
    else end++;
  }
  while (long && text.startsWith("@@@", end + 1)) end++;
  c.at = end + (long ? 3 : 1);
  const raw = text.slice(start + (long ? 3 : 1), end);
  // A character that no path can hold is a sign of a damaged file.
  for (let i = 0; i < raw.length; i++)
    if (raw.charCodeAt(i) < 32 || raw.charCodeAt(i) === 127)
      throw syntaxError(c, "control character in an asset path", start);
  return long ? raw.replaceAll("\\@@@", "@@@") : raw;
}

// Elements of a path: `..`, names, variant selections, and at its end properties with targets in brackets.
const NAME = String.raw`[\p{XID_Start}_][\p{XID_Continue}]*`;
const SELECTION = String.raw`\{\s*${NAME}\s*=\s*\.?[\p{XID_Continue}|\-]*\s*\}`;
const PRIM = `${NAME}(?:${SELECTION}(?:${NAME})?)*`;
const PROPERTY = `${NAME}(?::${NAME})*`;
const PATH = new RegExp(
  String.raw`^(?:/?(?:\.\.(?:/\.\.)*(?:/${PRIM}(?:/${PRIM})*)?|${PRIM}(?:/${PRIM})*)?|/|\.)(?:\.${PROPERTY}(?:\[[^\]]*\](?:\.${PROPERTY})?|\.connect\[[^\]]*\]|\.mapper\[[^\]]*\](?:\.${PROPERTY})?|\.expression)*)?$`,
  "u",
);

/** `<path>` as written; "" for `<>`. Throws `usd_syntax` where it is no path. */
export function pathLiteral(c: Cursor): string {
  if (peek(c) !== "<") throw syntaxError(c, "path expected");
  const end = c.text.indexOf(">", c.at);
  const path = end < 0 ? "" : c.text.slice(c.at + 1, end);
  if (end < 0 || /[\r\n<]/.test(path)) throw syntaxError(c, "path without end");
  if (path !== "" && path !== "." && !PATH.test(path)) throw syntaxError(c, `"${path}" is no path`);
  c.at = end + 1;
  return path;
}

/** A path made absolute at `anchor`. */
export function absoluteLiteral(c: Cursor, anchor: string): string {
  const at = c.at;
  const path = pathLiteral(c);
  const steps = path.startsWith("..") ? (/^(?:\.\.\/?)+/.exec(path)?.[0].match(/\.\./g)?.length ?? 0) : 0;
  if (steps > 0 && steps > primDepth(anchor)) throw syntaxError(c, `<${path}> leads out of the scene`, at);
  return absolutePath(path, anchor);
}

const NUMBER = /[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|inf\b|nan\b)/y;

/** A number, `inf`, `-inf` or `nan`; undefined when none comes next. */
export function acceptNumber(c: Cursor): number | undefined {
  skip(c);
  NUMBER.lastIndex = c.at;
  const match = NUMBER.exec(c.text);
  if (!match) return undefined;
  c.at += match[0].length;
  return toNumber(match[0]);
}

export function numberLiteral(c: Cursor): number {
  const value = acceptNumber(c);
  if (value === undefined) throw syntaxError(c, "number expected");
  return value;
}

/** The number that `text` stands for; NaN when it is none. */
export function toNumber(text: string): number {
  const value = Number(text);
  if (!Number.isNaN(value)) return value;
  if (text === "inf" || text === "+inf") return Number.POSITIVE_INFINITY;
  if (text === "-inf") return Number.NEGATIVE_INFINITY;
  return Number.NaN;
}
