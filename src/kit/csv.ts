import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import { dataError, type Problem, ReflowError } from "./errors.js";
import { explainReadError, requireFile } from "./files.js";

/** One data row: its cells and the 1-based line of the file on which it begins. */
export type CsvRow = Readonly<{ cells: readonly string[]; line: number }>;

/** Longest row that is believed, in characters: a missing closing quote must not swallow a whole file. */
const LONGEST_ROW = 1 << 20;

/**
 * Streams a comma-separated UTF-8 file: byte-order mark, CRLF and quoted cells are understood, blank lines
 * skipped, cells kept as text untouched. `onRow` gets each row as it is read; rows with a wrong number of
 * cells become problems (`csv_row_length`), are not passed on, and go to `onBadRow` where that is given.
 *
 * @returns the header and the problems found. Throws `csv_empty`, `csv_not_utf8`, `csv_malformed`,
 * `csv_duplicate_column` or a read error: then nothing sensible can be said of the rest.
 */
export async function streamCsv(
  file: string,
  onHeader: (header: readonly string[]) => void,
  onRow: (row: CsvRow) => void,
  onBadRow: (row: CsvRow) => void = () => {},
): Promise<{ header: readonly string[]; problems: Problem[] }> {
  await requireFile(file);
  const problems: Problem[] = [];
  let header: readonly string[] | undefined;
  let badLengths = 0;
  let line = 1;
  const take = (cells: string[], context: { lines: number }): null => {
    // Blank lines before a row are skipped silently: what a row spans is known from its own line ends.
    const spans = context.lines === line ? 0 : lineEnds(cells);
    const begins = context.lines - spans;
    line = context.lines + 1;
    if (!header) {
      header = readHeader(cells, file);
      onHeader(header);
    } else if (cells.length === header.length) {
      onRow({ cells, line: begins });
    } else {
      onBadRow({ cells, line: begins });
      if (++badLengths > 20) return null;
      problems.push({
        code: "csv_row_length",
        severity: "error",
        message: `row has ${cells.length} cells, the header has ${header.length}`,
        hint: "Quote cells that contain a comma, or add the missing cells.",
        where: { file, row: begins, column: Math.min(cells.length, header.length) + 1 },
      });
    }
    return null;
  };
  // Records are handled in the callback and never queued: only there are line numbers exact.
  const parser = parse({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
    on_record: take as never,
  });
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const source = createReadStream(file, { highWaterMark: 1 << 20 });

  const feed = (async () => {
    try {
      for await (const chunk of source) {
        if (!parser.write(decoder.decode(chunk as Buffer, { stream: true }))) await drained(parser);
      }
      parser.end(decoder.decode());
    } catch (error) {
      parser.destroy(
        (error as { code?: string }).code === "ERR_ENCODING_INVALID_ENCODED_DATA"
          ? dataError(
              "csv_not_utf8",
              `${file} is not UTF-8 text`,
              "Save it as UTF-8 (for example `iconv -f latin1 -t utf-8`).",
              { file },
            )
          : (explainReadError(error, file) as Error),
      );
    }
  })();

  try {
    for await (const _ of parser);
  } catch (error) {
    source.destroy();
    if (error instanceof ReflowError) throw error;
    throw dataError(
      "csv_malformed",
      `not a well-formed CSV: ${(error as Error).message}`,
      "Check the quotes around this line.",
      {
        file,
        row: line,
      },
    );
  }
  await feed;
  if (!header)
    throw dataError("csv_empty", `${file} is empty`, "It needs a header row and data rows.", { file });
  if (badLengths > 20)
    problems.push({
      code: "csv_row_length",
      severity: "error",
      message: `${badLengths - 20} more rows have a wrong number of cells`,
      hint: "Fix the rows above first.",
      where: { file },
    });
  return { header, problems };
}

function lineEnds(cells: readonly string[]): number {
  let n = 0;
  for (const text of cells) n += text.match(/\r\n|\n|\r/g)?.length ?? 0;
  return n;
}

function readHeader(cells: readonly string[], file: string): readonly string[] {
  const header = cells.map((c) => c.trim());
  const seen = new Set<string>();
  header.forEach((name, i) => {
    if (seen.has(name))
      throw dataError(
        "csv_duplicate_column",
        `the column "${name}" appears twice`,
        "Rename or remove one of them.",
        {
          file,
          row: 1,
          column: i + 1,
        },
      );
    seen.add(name);
  });
  return header;
}

function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once("drain", resolve);
    stream.once("close", resolve);
  });
}

/** CSV text with a header, LF line ends and quotes only where needed. */
export function formatCsv(header: readonly string[], rows: Iterable<readonly (string | number)[]>): string {
  const lines = [header.map(cell).join(",")];
  for (const row of rows) lines.push(row.map(cell).join(","));
  return `${lines.join("\n")}\n`;
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
