import { type CsvRow, streamCsv } from "../../kit/csv.js";
import { exists } from "../../kit/files.js";

/** A small CSV read whole: `column(name)` gives the position of a column or −1. */
export type SmallTable = Readonly<{
  header: readonly string[];
  rows: readonly (readonly string[])[];
  column: (name: string) => number;
}>;

/** Reads a CSV; undefined when it is absent or unreadable (`broken` is told why). */
export async function readSmallTable(
  file: string | undefined,
  broken?: (message: string) => void,
): Promise<SmallTable | undefined> {
  if (!file || !(await exists(file))) return undefined;
  const rows: (readonly string[])[] = [];
  try {
    const { header } = await streamCsv(
      file,
      () => {},
      (row: CsvRow) => rows.push(row.cells),
    );
    return { header, rows, column: (name) => header.indexOf(name) };
  } catch (error) {
    broken?.((error as Error).message);
    return undefined;
  }
}

/** The rows as objects. */
export function asRecords(table: SmallTable | undefined): readonly Readonly<Record<string, string>>[] {
  if (!table) return [];
  return table.rows.map((cells) => Object.fromEntries(table.header.map((name, i) => [name, cells[i] ?? ""])));
}
