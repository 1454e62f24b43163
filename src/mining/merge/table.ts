import { isPass, labelFault, normaliseLabel } from "../../dataset/label.js";
import { OPTIONAL_COLUMNS, REQUIRED_COLUMNS, readTable } from "../../dataset/table.js";
import { exists, type Problem, ReflowError } from "../../kit/index.js";

/** A table as records; `lines[i]` is the 1-based line of row i. */
export type Records = Readonly<{
  file: string;
  header: readonly string[];
  rows: readonly Readonly<Record<string, string>>[];
  lines: ArrayLike<number>;
}>;

/**
 * Reads a ChangeNet table for the merge. Throws `merge_input_invalid` with every problem of the file: a training
 * set is never built from half a table.
 */
export async function readRecords(
  file: string,
  required: readonly string[] = REQUIRED_COLUMNS,
): Promise<Records> {
  const { table, problems } = await readTable(file, { requireColumns: required });
  const first = problems[0];
  if (!table || first)
    throw new ReflowError(
      "data",
      first?.code === "file_missing" ? "file_missing" : "merge_input_invalid",
      `cannot merge ${file}: ${first?.message ?? "unreadable"}`,
      first?.hint ?? "Run the stage that writes it again.",
      { where: first?.where ?? { file }, problems },
    );
  const { header, lines } = table;
  const rows = table.rows.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ""])));
  return { file, header, rows, lines };
}

/** A side table with one line per row, or undefined when there is none. */
export async function readBeside(file: string, rows: number): Promise<Records | undefined> {
  if (!(await exists(file))) return undefined;
  const table = await readRecords(file, []);
  if (table.rows.length === rows) return table;
  throw new ReflowError(
    "data",
    "provenance_rows_differ",
    `${file} has ${table.rows.length} rows for a table of ${rows}`,
    "Provenance has one line per row in the same order: restore it or run the stage again.",
    { where: { file } },
  );
}

/** Labels by the write rule; a label that means PASS but is not written so is an error (trap T3). */
export function withNormalLabels(table: Records): Records {
  const faults: Problem[] = [];
  const rows = table.rows.map((row, i) => {
    const label = row.label ?? "";
    const fault = isPass(label) ? undefined : labelFault(label);
    if (fault === "label_wrong_case" || fault === "label_nan_like")
      faults.push({
        code: fault,
        severity: "error",
        message: `label ${JSON.stringify(label)} cannot be used for training`,
        hint: "Write PASS exactly so for good parts, and a defect type for the others.",
        where: { file: table.file, row: table.lines[i] as number, field: "label" },
      });
    return { ...row, label: normaliseLabel(label) };
  });
  const first = faults[0];
  if (first)
    throw new ReflowError("data", "merge_label_invalid", first.message, first.hint, {
      where: first.where ?? {},
      problems: faults.slice(0, 20),
    });
  return { ...table, rows };
}

/** All columns of several tables: required, optional in their fixed order, then others as they appear. */
export function unionHeader(headers: readonly (readonly string[])[]): string[] {
  const all = new Set(headers.flat());
  const known: readonly string[] = [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS];
  return [
    ...REQUIRED_COLUMNS,
    ...OPTIONAL_COLUMNS.filter((name) => all.has(name)),
    ...[...all].filter((name) => !known.includes(name)),
  ];
}

/** The key of a duplicate: what the trainer sees of a row. */
export function rowKey(row: Readonly<Record<string, string>>): string {
  const folder = (name: string) => (row[name] ?? "").trim().replace(/\/+$/, "");
  return JSON.stringify([
    folder("input_path"),
    folder("golden_path"),
    row.label,
    (row.object_name ?? "").trim(),
  ]);
}
