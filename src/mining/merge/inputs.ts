import { realpath } from "node:fs/promises";
import path from "node:path";
import { PROVENANCE_COLUMNS, type ProvenanceColumn, provenanceBeside } from "../stage/rows.js";
import { type Records, readBeside, readRecords, withNormalLabels } from "./table.js";

/** A row on its way into the training set. */
export type NewRow = Readonly<{
  cells: Readonly<Record<string, string>>;
  provenance: Readonly<Record<ProvenanceColumn, string>>;
}>;

/** Rows of one producer of this iteration, with workspace-relative paths. */
export type MergeSource = Readonly<{
  source: "synthetic" | "mined";
  csv: string;
  /** Fills provenance columns of a row where the producer writes no `<csv>_provenance.csv`. */
  describe?: (
    cells: Readonly<Record<string, string>>,
    index: number,
  ) => Readonly<Partial<Record<ProvenanceColumn, string>>>;
}>;

/** The rows that are in the training set already, and where each came from. */
export type Inherited = Readonly<{
  records: Records;
  source: "base_train" | "previous_iter_train";
  /** Per row: the iteration that brought it, and its provenance. */
  provenance: readonly Readonly<{ iteration: string; columns: Readonly<Record<ProvenanceColumn, string>> }>[];
}>;

const PATHS = ["input_path", "golden_path"] as const;

/**
 * The training table that an iteration starts from (contract 9.1): the base table with the image folder put
 * before its paths once and labels normalised, or the previous combined table cell for cell.
 */
export async function readInherited(o: {
  previousCsv: string;
  /** Set for the base table only. */
  basePrefix: string | null;
}): Promise<Inherited> {
  const table = await readRecords(o.previousCsv);
  const blank = Object.fromEntries(PROVENANCE_COLUMNS.map((c) => [c, ""])) as Record<
    ProvenanceColumn,
    string
  >;
  if (o.basePrefix === null) {
    const beside = await readBeside(provenanceBeside(o.previousCsv), table.rows.length);
    const provenance = table.rows.map((_, i) => {
      const known = beside?.rows[i];
      const columns = Object.fromEntries(PROVENANCE_COLUMNS.map((c) => [c, known?.[c] ?? ""]));
      return { iteration: known?.iteration ?? "", columns: columns as Record<ProvenanceColumn, string> };
    });
    return { records: table, source: "previous_iter_train", provenance };
  }
  const normal = withNormalLabels(table);
  const prefix = o.basePrefix.replace(/\/+$/, "");
  const rows = normal.rows.map((row) => ({
    ...row,
    ...Object.fromEntries(PATHS.map((name) => [name, prefixed(row[name] ?? "", prefix)])),
    object_name: (row.object_name ?? "").trim(),
  }));
  const provenance = rows.map((_, i) => ({
    iteration: "0",
    columns: { ...blank, producer: "base", origin_file: `${table.file}:${table.lines[i]}` },
  }));
  return { records: { ...normal, rows }, source: "base_train", provenance };
}

function prefixed(cell: string, prefix: string): string {
  const text = cell.trim().replaceAll("\\", "/");
  return text === "" || prefix === "" || path.isAbsolute(text) ? text : `${prefix}/${text}`;
}

/** The rows of all producers, synthetic first, labels normalised; `header` is their union. */
export async function readSources(
  sources: readonly MergeSource[],
): Promise<{ rows: NewRow[]; headers: (readonly string[])[] }> {
  const rows: NewRow[] = [];
  const headers: (readonly string[])[] = [];
  const order = [...sources].sort((a, b) => rank(a) - rank(b));
  for (const { source, csv, describe } of order) {
    const table = withNormalLabels(await readRecords(csv));
    const beside = await readBeside(provenanceBeside(csv), table.rows.length);
    headers.push(table.header);
    table.rows.forEach((cells, i) => {
      const told = { ...beside?.rows[i], ...describe?.(cells, i) } as Readonly<Record<string, string>>;
      const columns = Object.fromEntries(PROVENANCE_COLUMNS.map((c) => [c, told[c] ?? ""]));
      rows.push({
        cells,
        provenance: {
          ...(columns as Record<ProvenanceColumn, string>),
          producer: source,
          origin_file: told.origin_file || `${csv}:${table.lines[i]}`,
        },
      });
    });
  }
  return { rows, headers };
}

function rank(source: MergeSource): number {
  return source.source === "synthetic" ? 0 : 1;
}

/**
 * The prefix of base rows: the images folder as the workspace sees it. When the folder is a link out of the
 * workspace, its resolved path is no use as a relative one; the link's own name is.
 */
export async function imagesPrefix(workspace: string, imagesDir: string): Promise<string> {
  const real = async (f: string) => realpath(f).catch(() => path.resolve(f));
  const target = await real(imagesDir);
  for (const name of ["images", "kpi/images"])
    if ((await real(path.join(workspace, name))) === target) return name;
  return path
    .relative(await real(workspace), target)
    .split(path.sep)
    .join("/");
}
