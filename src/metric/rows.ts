import { stat } from "node:fs/promises";
import { streamCsv } from "../kit/csv.js";
import { dataError, ReflowError } from "../kit/errors.js";
import { readBytes, requireFile } from "../kit/files.js";

/** A CSV in memory whose cells are cut only when asked for: a million rows cost one string and one index. */
export type Rows = Readonly<{
  file: string;
  header: readonly string[];
  count: number;
  cells: (row: number) => readonly string[];
  /** One cell, cheaper than the whole row. */
  cell: (row: number, column: number) => string;
  /** 1-based line of the file on which a row begins. */
  line: (row: number) => number;
}>;

/** Above this size a file is streamed cell by cell, since one string cannot hold it. */
const LARGEST_TEXT = 256 * 2 ** 20;

/**
 * Reads a CSV. Files without quotes, which inference tables are, take a path about ten times as fast as the general
 * parser; anything unusual goes through the parser, so errors and meaning are the same (`csv_empty`,
 * `csv_not_utf8`, `csv_row_length`, …).
 */
export async function readRows(file: string): Promise<Rows> {
  return (await readPlain(file)) ?? (await readGeneral(file));
}

async function readPlain(file: string): Promise<Rows | undefined> {
  await requireFile(file);
  if ((await stat(file)).size > LARGEST_TEXT) return undefined;
  const bytes = await readBytes(file);
  if (bytes.length === 0 || bytes.includes(0x22)) return undefined;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
  const starts: number[] = [];
  const ends: number[] = [];
  const lines: number[] = [];
  for (let at = 0, line = 1; at < text.length; line++) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const stop = end > at && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    if (stop > at) {
      starts.push(at);
      ends.push(stop);
      lines.push(line);
    }
    at = end + 1;
  }
  if (starts.length === 0) return undefined;
  const cut = (i: number) => text.slice(starts[i], ends[i]).split(",");
  const header = cut(0).map((name) => name.trim());
  if (new Set(header).size !== header.length) return undefined;
  for (let i = 1; i < starts.length; i++)
    if (!hasCells(text, starts[i], ends[i], header.length)) return undefined;
  return {
    file,
    header,
    count: starts.length - 1,
    cells: (row) => cut(row + 1),
    cell: (row, column) => cellOf(text, starts[row + 1], ends[row + 1], column),
    line: (row) => lines[row + 1],
  };
}

function cellOf(text: string, from: number, to: number, column: number): string {
  let start = from;
  for (let skipped = 0; skipped < column; skipped++) start = text.indexOf(",", start) + 1;
  const end = text.indexOf(",", start);
  return text.slice(start, end < 0 || end > to ? to : end);
}

/** True when the line has `wanted` cells and no stray carriage return, which some readers take for a line end. */
function hasCells(text: string, from: number, to: number, wanted: number): boolean {
  let cells = 1;
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c === 44) cells++;
    else if (c === 13) return false;
  }
  return cells === wanted;
}

async function readGeneral(file: string): Promise<Rows> {
  const cells: (readonly string[])[] = [];
  const lines: number[] = [];
  const { header, problems } = await streamCsv(
    file,
    () => {},
    (row) => {
      cells.push(row.cells);
      lines.push(row.line);
    },
  );
  const first = problems[0];
  if (first)
    throw new ReflowError("data", first.code, `${file}: ${first.message}`, first.hint, {
      ...(first.where ? { where: first.where } : {}),
      problems,
    });
  return {
    file,
    header,
    count: cells.length,
    cells: (row) => cells[row],
    cell: (row, column) => cells[row][column],
    line: (row) => lines[row],
  };
}

/** Index of a column. Throws `column_missing` and names the columns that are there. */
export function columnIndex(rows: Pick<Rows, "file" | "header">, name: string): number {
  const at = rows.header.indexOf(name);
  if (at < 0)
    throw dataError(
      "column_missing",
      `no column "${name}"; the columns are ${rows.header.join(", ")}`,
      "Column names are case-sensitive; name another column or fix the header.",
      { file: rows.file, row: 1, field: name },
    );
  return at;
}
