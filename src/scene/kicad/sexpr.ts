import { dataError } from "../../kit/errors.js";

/** `(name item item …)`; items are nested lists or words. Lines and columns count from 1. */
export type Sexpr = Readonly<{
  name: string;
  items: readonly (Sexpr | string)[];
  line: number;
  column: number;
}>;

const DEEPEST = 100;
const MOST_ITEMS = 20_000_000;

const HINT_SAVE = "Save the board again from KiCad, or copy the file again: it did not arrive whole.";

type Open = { name: string; items: (Sexpr | string)[]; line: number; column: number };

/**
 * Reads one S-expression. Throws `kicad_truncated` (the text ends inside a list), `kicad_syntax` (anything else that
 * is not an S-expression) or `kicad_too_deep`, each with its line and column.
 */
export function parseSexpr(text: string, file: string): Sexpr {
  const open: Open[] = [];
  let lineStart = 0;
  let line = 1;
  let at = 0;
  let count = 0;
  const place = (offset: number) => ({ file, row: line, column: offset - lineStart + 1 });
  const fault = (message: string, offset: number) =>
    dataError("kicad_syntax", message, HINT_SAVE, place(offset));
  const truncated = (what: string) => {
    const inside = [...open].reverse().find((o) => o.name !== "") ?? open[open.length - 1];
    const where = inside ? `, inside (${inside.name} …) of line ${inside.line}` : "";
    return dataError("kicad_truncated", `the file ends ${what}${where}`, HINT_SAVE, place(text.length));
  };
  const add = (item: string) => {
    const list = open[open.length - 1];
    if (!list) throw fault(`expected "(", found "${item.slice(0, 20)}"`, at);
    if (list.name === "" && list.items.length === 0) list.name = item;
    else list.items.push(item);
    if (++count > MOST_ITEMS) throw dataError("kicad_too_large", "too many items", HINT_SAVE, { file });
  };
  while (at < text.length) {
    const c = text.charCodeAt(at);
    if (c === 10) {
      line++;
      lineStart = ++at;
    } else if (c <= 32 || c === 0xfeff) at++;
    else if (c === 40) {
      if (open.length >= DEEPEST)
        throw dataError(
          "kicad_too_deep",
          `lists are nested more than ${DEEPEST} deep`,
          "This is no board that KiCad wrote.",
          place(at),
        );
      open.push({ name: "", items: [], line, column: at - lineStart + 1 });
      at++;
    } else if (c === 41) {
      const list = open.pop();
      if (!list) throw fault('")" without "("', at);
      if (open.length === 0) {
        const rest = text.slice(at + 1).search(/\S/);
        if (rest >= 0 && text.charCodeAt(at + 1 + rest) !== 0)
          throw fault("text after the end of the board", at + 1);
        return list;
      }
      open[open.length - 1].items.push(list);
      if (++count > MOST_ITEMS) throw dataError("kicad_too_large", "too many items", HINT_SAVE, { file });
      at++;
    } else if (c === 34) {
      const end = closingQuote(text, at);
      if (end < 0) throw truncated("in the middle of a quoted text");
      add(unquoted(text.slice(at + 1, end)));
      for (let i = text.indexOf("\n", at); i >= 0 && i < end; i = text.indexOf("\n", i + 1)) {
        line++;
        lineStart = i + 1;
      }
      at = end + 1;
    } else if (c === 124) {
      // |…| holds embedded files; nothing here needs them.
      const end = text.indexOf("|", at + 1);
      if (end < 0) throw truncated("in the middle of embedded data");
      for (let i = text.indexOf("\n", at); i >= 0 && i < end; i = text.indexOf("\n", i + 1)) {
        line++;
        lineStart = i + 1;
      }
      at = end + 1;
    } else {
      let end = at + 1;
      while (end < text.length && !ends(text.charCodeAt(end))) end++;
      if (end === text.length && open.length > 0) throw truncated("in the middle of a word");
      add(text.slice(at, end));
      at = end;
    }
  }
  if (open.length > 0) throw truncated("too early");
  throw dataError("kicad_empty", "the file is empty", "Name a board that KiCad has saved.", { file });
}

/** A word ends at white space or a bracket; a quote inside of it (`0.96"`) is a letter like others. */
function ends(c: number): boolean {
  return c <= 32 || c === 40 || c === 41;
}

function closingQuote(text: string, opening: number): number {
  for (let i = opening + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) i++;
    else if (c === 34) return i;
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

function unquoted(text: string): string {
  return text.includes("\\") ? text.replace(/\\([\s\S])/g, (_, c: string) => ESCAPES[c] ?? c) : text;
}
