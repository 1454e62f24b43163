/** A delimited text as rows of trimmed cells, with the line each row starts on. */
export type Rows = readonly Readonly<{ cells: readonly string[]; line: number }>[];

const MOST_ROWS = 200_000;

/**
 * Splits a table whichever way it is written: commas, semicolons, tabs, or columns of white space (KiCad's .pos). Lines
 * that begin with `#` keep their words: headers hide there. Quotes are doubled inside of quotes.
 */
export function splitTable(text: string): Rows {
  const delimiter = likelyDelimiter(text);
  const rows: { cells: string[]; line: number }[] = [];
  if (delimiter === " ") {
    text.split(/\r\n|\n|\r/).forEach((row, i) => {
      if (row.trim() !== "" && rows.length < MOST_ROWS) rows.push({ cells: words(row), line: i + 1 });
    });
    return rows;
  }
  let cell = "";
  let cells: string[] = [];
  let quoted = false;
  let line = 1;
  let started = 1;
  const endRow = () => {
    cells.push(cell.trim());
    if (cells.some((c) => c !== "") && rows.length < MOST_ROWS) rows.push({ cells, line: started });
    cells = [];
    cell = "";
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') {
        cell += '"';
        i++;
      } else if (c === '"') quoted = false;
      else cell += c;
      if (c === "\n") line++;
    } else if (c === '"' && cell.trim() === "") {
      quoted = true;
      cell = "";
    } else if (c === delimiter) {
      cells.push(cell.trim());
      cell = "";
    } else if (c === "\n" || c === "\r") {
      if (c === "\r" && text[i + 1] === "\n") i++;
      endRow();
      line++;
      started = line;
    } else if (c !== "\ufeff") cell += c;
  }
  endRow();
  return rows;
}

function words(row: string): string[] {
  return [...row.matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2]);
}

/** The delimiter that splits most lines, and most evenly. */
function likelyDelimiter(text: string): string {
  const lines = text
    .slice(0, 50_000)
    .split(/\r\n|\n|\r/)
    .filter((l) => l.trim() !== "")
    .slice(0, 200);
  let best = " ";
  let most = 0;
  for (const d of [",", ";", "\t"]) {
    const counts = lines.map((l) => l.split(d).length - 1);
    const score = counts.filter((c) => c >= 2).length;
    const total = counts.reduce((a, b) => a + b, 0);
    if (score > 0 && score * 1000 + total > most) [best, most] = [d, score * 1000 + total];
  }
  if (most >= 1000 * Math.max(1, lines.length / 3)) return best;
  // Two columns have one delimiter a line.
  const two = [",", ";", "\t"].find((d) => lines.filter((l) => l.includes(d)).length >= 0.8 * lines.length);
  return two ?? " ";
}

/** Header names compared without case, blanks and signs: "Mid X (mm)" and "MidX" are one. */
export function plainName(header: string): string {
  return header
    .toLowerCase()
    .replace(/\(.*?\)|\[.*?\]/g, "")
    .replace(/[^a-z0-9]/g, "");
}

/** The column of the first name that the header has; −1 without. */
export function columnOf(header: readonly string[], names: readonly string[]): number {
  const plain = header.map(plainName);
  for (const name of names) {
    const at = plain.indexOf(name);
    if (at >= 0) return at;
  }
  return -1;
}
