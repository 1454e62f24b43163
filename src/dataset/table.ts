import { type CsvRow, streamCsv } from "../kit/csv.js";
import { type Problem, ReflowError } from "../kit/errors.js";
import { CODES } from "./codes.js";
import type { Table } from "./row.js";

/** The columns that every table must have, in any order (contract 1.2). */
export const REQUIRED_COLUMNS = ["input_path", "golden_path", "label", "object_name"] as const;

/** The optional production columns in their fixed order (contract 1.2). Further columns are kept as well. */
export const OPTIONAL_COLUMNS = [
  "project",
  "boardname",
  "comp_type_2",
  "mpass_mfail",
  "is_valid",
  "comp_name",
  "part_type",
  "number_of_pins",
  "description",
  "comp_type_1",
] as const;

/** Positions of the columns that name a pair; `boardname` is -1 where the table has none. */
export type PairColumns = Readonly<{
  input: number;
  golden: number;
  label: number;
  object: number;
  board: number;
}>;

export function pairColumns(header: readonly string[]): PairColumns {
  const at = (name: string) => header.indexOf(name);
  return {
    input: at("input_path"),
    golden: at("golden_path"),
    label: at("label"),
    object: at("object_name"),
    board: at("boardname"),
  };
}

const listed = (names: readonly string[]) =>
  [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");

/** The required columns that a header lacks, as problems; a column of another spelling is pointed out. */
export function headerProblems(
  file: string,
  header: readonly string[],
  required: readonly string[] = REQUIRED_COLUMNS,
): Problem[] {
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return required
    .filter((name) => !header.includes(name))
    .map((name) => {
      const close = header.findIndex((h) => plain(h) === plain(name));
      return {
        code: "column_missing",
        severity: "error" as const,
        message:
          `the column "${name}" is missing` +
          (close >= 0
            ? `; there is "${header[close]}"`
            : `; the header has: ${header.slice(0, 12).join(", ")}`),
        hint:
          close >= 0
            ? `Rename "${header[close]}" to "${name}".`
            : `The header needs ${listed(required)}, spelled exactly so.`,
        where: { file, row: 1, ...(close >= 0 && { column: close + 1 }), field: name },
      };
    });
}

/**
 * Streams the rows of a table whose header has the required columns. Faults of the file are returned as
 * problems, never thrown; without a usable header `onRow` is never called and `header` is undefined.
 */
export async function streamTable(
  file: string,
  onRow: (row: CsvRow) => void,
  required: readonly string[] = REQUIRED_COLUMNS,
  onHeader: (header: readonly string[]) => void = () => {},
  onBadRow: (row: CsvRow) => void = () => {},
): Promise<{ header?: readonly string[]; problems: Problem[] }> {
  let wanting: Problem[] = [];
  try {
    const { header, problems } = await streamCsv(
      file,
      (head) => {
        wanting = headerProblems(file, head, required);
        if (wanting.length === 0) onHeader(head);
      },
      (row) => {
        if (wanting.length === 0) onRow(row);
      },
      (row) => {
        if (wanting.length === 0) onBadRow(row);
      },
    );
    return wanting.length > 0 ? { problems: wanting } : { header, problems };
  } catch (error) {
    return { problems: [...wanting, fileProblem(error, file)] };
  }
}

/** An error about a data file as a problem value; errors of the program itself pass through. */
export function fileProblem(error: unknown, file: string): Problem {
  if (!(error instanceof ReflowError)) {
    if (typeof (error as { code?: unknown } | null)?.code !== "string") throw error;
    return {
      code: "table_unreadable",
      severity: "error",
      message: `cannot read ${file}: ${(error as Error).message}`,
      hint: CODES.table_unreadable.fix,
      where: { file },
    };
  }
  const { code, message, hint, where } = error;
  return { code, severity: "error", message, hint, where: where ?? { file } };
}

/**
 * Reads a whole table into memory: all columns, every cell as text. Tables of the loop are small; for tables of
 * any length use {@link streamTable}.
 *
 * @returns no table when the file or its header is unusable; then `problems` says why.
 */
export async function readTable(
  file: string,
  o: { requireColumns?: readonly string[]; limit?: number } = {},
): Promise<{ table?: Table; problems: Problem[] }> {
  const rows: (readonly string[])[] = [];
  const lines: number[] = [];
  const limit = o.limit ?? Number.POSITIVE_INFINITY;
  const { header, problems } = await streamTable(
    file,
    ({ cells, line }) => {
      if (rows.length >= limit) return;
      rows.push(cells);
      lines.push(line);
    },
    o.requireColumns,
  );
  return header ? { table: { file, header, rows, lines: Uint32Array.from(lines) }, problems } : { problems };
}
