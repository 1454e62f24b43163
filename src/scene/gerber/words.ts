import { dataError } from "../../kit/errors.js";

/** A statement: one word between `*`, or the words of one `%…%` block. Line and column count from 1. */
export type Statement = Readonly<{
  words: readonly string[];
  extended: boolean;
  line: number;
  column: number;
}>;

const HINT = "Export the Gerber files again, or copy them again: this one did not arrive whole.";

/**
 * Splits RS-274X text into statements. Line ends inside of words carry no meaning. Throws `gerber_truncated` where the
 * text ends inside of a word or block.
 */
export function* statements(text: string, file: string): Generator<Statement> {
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const advance = (to: number) => {
    for (let i = text.indexOf("\n", at); i >= 0 && i < to; i = text.indexOf("\n", i + 1)) {
      line++;
      lineStart = i + 1;
    }
    at = to;
  };
  const truncated = (what: string) => {
    const where = { file, row: line, column: at - lineStart + 1 };
    return dataError("gerber_truncated", `the file ends inside of ${what}`, HINT, where);
  };
  for (;;) {
    let start = at;
    while (start < text.length && (text.charCodeAt(start) <= 32 || text.charCodeAt(start) === 0xfeff))
      start++;
    advance(start);
    if (at >= text.length) return;
    const place = { line, column: at - lineStart + 1 };
    if (text[at] === "%") {
      const end = text.indexOf("%", at + 1);
      if (end < 0) throw truncated(`the block "${text.slice(at, at + 12).trim()}…"`);
      const inner = text.slice(at + 1, end).replace(/[\r\n]+/g, "");
      yield { words: inner.split("*").filter((w) => w.trim() !== ""), extended: true, ...place };
      advance(end + 1);
    } else {
      const end = text.indexOf("*", at);
      if (end < 0) throw truncated(`the command "${text.slice(at, at + 12).trim()}…"`);
      const word = text.slice(at, end).replace(/[\r\n]+/g, "");
      if (word.trim() !== "") yield { words: [word.trim()], extended: false, ...place };
      advance(end + 1);
    }
  }
}
