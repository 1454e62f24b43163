import { dataError, type ReflowError } from "../../../kit/errors.js";

/** A place in the text of a layer; `line`: a line ended in the blanks before `blanksTo`. */
export type Cursor = {
  readonly text: string;
  readonly file: string;
  at: number;
  line: boolean;
  blanksTo: number;
};

export function startCursor(text: string, file: string): Cursor {
  return { text, file, at: 0, line: true, blanksTo: 0 };
}

/** The error `usd_syntax` at the cursor (or at `at`), with row and column. */
export function syntaxError(c: Cursor, message: string, at = c.at): ReflowError {
  const { row, column } = rowOf(c.text, Math.min(at, c.text.length));
  const rest = c.text.slice(at, at + 24).split(/[\r\n]/)[0];
  const near = at >= c.text.length ? "at the end of the file" : `near \`${rest}\``;
  return dataError(
    "usd_syntax",
    `${message} ${near}`,
    at >= c.text.length
      ? "The file looks cut off: export or copy it again."
      : "Correct this line, or export the layer again.",
    { file: c.file, row, column },
  );
}

function rowOf(text: string, at: number): { row: number; column: number } {
  let row = 1;
  let start = 0;
  for (let next = text.indexOf("\n"); next >= 0 && next < at; next = text.indexOf("\n", start)) {
    row++;
    start = next + 1;
  }
  return { row, column: at - start + 1 };
}

/** Skips blanks, line ends and comments. */
export function skip(c: Cursor): void {
  const { text } = c;
  if (c.at !== c.blanksTo) c.line = false;
  for (;;) {
    const code = text.charCodeAt(c.at);
    if (code === 32 || code === 9) c.at++;
    else if (code === 10 || code === 13) {
      c.line = true;
      c.at++;
    } else if (code === 35) toLineEnd(c);
    else if (code === 47 && text.charCodeAt(c.at + 1) === 47) toLineEnd(c);
    else if (code === 47 && text.charCodeAt(c.at + 1) === 42) {
      const end = text.indexOf("*/", c.at + 2);
      if (end < 0) throw syntaxError(c, "comment without end");
      c.at = end + 2;
    } else break;
  }
  c.blanksTo = c.at;
}

function toLineEnd(c: Cursor): void {
  const end = c.text.indexOf("\n", c.at);
  c.at = end < 0 ? c.text.length : end;
}

/** The next character after blanks; "" at the end. */
export function peek(c: Cursor): string {
  skip(c);
  return c.text.charAt(c.at);
}

export function accept(c: Cursor, character: string): boolean {
  if (peek(c) !== character) return false;
  c.at++;
  return true;
}

export function expect(c: Cursor, character: string): void {
  if (!accept(c, character)) throw syntaxError(c, `"${character}" expected`);
}

/** Ends a statement: a line end, a `;`, or the bracket that closes the block. */
export function endStatement(c: Cursor, close: string): void {
  if (peek(c) === ";") {
    c.at++;
    skip(c);
    return;
  }
  if (!c.line && c.at < c.text.length && c.text.charAt(c.at) !== close)
    throw syntaxError(c, "line end expected");
}

/** Ends an item of a list: a comma, or the closing bracket. */
export function endItem(c: Cursor, close: string): void {
  if (accept(c, ",")) return;
  if (c.text.charAt(c.at) !== close) throw syntaxError(c, `"," or "${close}" expected`);
}

const WORD = /[\p{XID_Start}_][\p{XID_Continue}]*(?:::?[\p{XID_Start}_][\p{XID_Continue}]*)*/uy;
const ASCII_WORD = /[A-Za-z_][A-Za-z0-9_]*(?:::?[A-Za-z_][A-Za-z0-9_]*)*/y;

/** An identifier, with `:` between its parts. */
export function word(c: Cursor, what = "name"): string {
  skip(c);
  ASCII_WORD.lastIndex = c.at;
  let match = ASCII_WORD.exec(c.text);
  const end = c.at + (match ? match[0].length : 0);
  if (!match || c.text.charCodeAt(end) > 127) {
    WORD.lastIndex = c.at;
    match = WORD.exec(c.text);
  }
  if (!match) throw syntaxError(c, `${what} expected`);
  c.at += match[0].length;
  return match[0];
}

/** Reads `keyword` when it comes next as a whole word. */
export function acceptWord(c: Cursor, keyword: string): boolean {
  skip(c);
  if (!c.text.startsWith(keyword, c.at)) return false;
  if (/[\w:]/.test(c.text.charAt(c.at + keyword.length))) return false;
  c.at += keyword.length;
  return true;
}
