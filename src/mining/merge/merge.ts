import path from "node:path";
import {
  type Emit,
  formatCsv,
  ReflowError,
  silent,
  writeFileAtomic,
  writeJsonAtomic,
} from "../../kit/index.js";
import { PROVENANCE_COLUMNS } from "../stage/rows.js";
import {
  type Inherited,
  imagesPrefix,
  type MergeSource,
  type NewRow,
  readInherited,
  readSources,
} from "./inputs.js";
import { datasetLeakFinder, type LeakFinder, type LeakPair, type LeakTable, textualLeaks } from "./leaks.js";
import { type Refusal, splitLeaks, withoutDuplicates, writeRefusals } from "./refuse.js";
import { type Records, readRecords, unionHeader } from "./table.js";
import { type Naming, pairRowsOf, requireFiles } from "./validate.js";

export type MergeOptions = Naming &
  Readonly<{
    iteration: number;
    workspace: string;
    /** Root of base, validation, KPI and release rows. */
    imagesDir: string;
    /** The base training table for iteration 1, the previous combined table later. */
    previousCsv: string;
    /** Default: true for iteration 1. */
    fromBase?: boolean;
    sources: readonly MergeSource[];
    validationCsv: string;
    kpiCsv: string;
    releaseCsv?: string;
    /** `RD/iterN/mining_filter/mining_pool.csv`; `rejects.csv` goes beside it. */
    poolCsv: string;
    /** `RD/iterN/dataset/train_combined_iterN.csv` and its companions. */
    combinedCsv: string;
    provenanceCsv: string;
    report: string;
    workers: number;
    /** How shared images are found; the dataset folder's check unless given. */
    findLeaks?: LeakFinder;
    emit?: Emit;
    signal?: AbortSignal;
  }>;

export type MergeResult = Readonly<{
  combinedCsv: string;
  provenanceCsv: string;
  report: string;
  poolCsv: string;
  rejectsCsv: string;
  /** Rows of the combined table, of the table before, and their difference. */
  rows: number;
  inherited: number;
  added: number;
  addedBy: Readonly<{ synthetic: number; mined: number }>;
  refused: Readonly<Record<string, number>>;
}>;

/**
 * The data_merge stage (contract 9): the previous training set, unchanged, plus the new rows of this iteration
 * that are neither duplicates nor shown in a table that measures. The set strictly grows.
 *
 * Hard stops: `zero_new_rows`; `train_leakage` when an inherited row, or validation and KPI, share an image;
 * `merge_missing_files`, `merge_rows_invalid`, `merge_label_invalid`, `merge_input_invalid`. The validation
 * report is written last and only on success.
 */
export async function merge(o: MergeOptions): Promise<MergeResult> {
  const emit = o.emit ?? silent;
  const fromBase = o.fromBase ?? o.iteration === 1;
  const inherited = await readInherited({
    previousCsv: o.previousCsv,
    basePrefix: fromBase ? await imagesPrefix(o.workspace, o.imagesDir) : null,
  });
  const { rows, headers } = await readSources(o.sources);
  const header = fromBase
    ? [...new Set([...inherited.records.header, ...unionHeader(headers)])]
    : [...inherited.records.header];
  const unique = withoutDuplicates(rows, inherited.records.rows);

  const others = await otherTables(o);
  const combine = (added: readonly NewRow[]): Records => ({
    file: o.combinedCsv,
    header,
    rows: [...inherited.records.rows, ...added.map((row) => row.cells)],
    lines: Uint32Array.from({ length: inherited.records.rows.length + added.length }, (_, i) => i + 2),
  });
  const all = combine(unique.kept);
  const pairs = pairRowsOf(all, o.workspace, o);
  await requireFiles(pairs, o.combinedCsv);
  const find = o.findLeaks ?? datasetLeakFinder({ ...o, imagesDir: o.workspace });
  const leaks = await find([
    { role: "train", file: o.combinedCsv, rows: pairs },
    ...others.map((t) => t.table),
  ]);
  const clean = splitLeaks(leaks, unique.kept, inherited.records.rows.length);
  const refused = [...unique.refused, ...clean.refused];
  const rejectsCsv = path.join(path.dirname(o.poolCsv), "rejects.csv");
  await writeRefusals(rejectsCsv, refused);
  if (clean.fatal.length > 0) throw leakError(clean.fatal, others, inherited);
  for (const { row, reason, detail } of clean.refused)
    emit({
      type: "log",
      level: "warn",
      message: `${row.provenance.producer} row ${row.cells.object_name} refused (${reason}): ${detail}`,
    });
  if (clean.kept.length === 0) throw nothingNew(rows.length, refused);

  const combined = combine(clean.kept);
  const validation = others[0] as OtherTable;
  const textual = textualLeaks(combined, validation.records);
  if (textual.length > 0)
    throw leakError(
      textual.map((row) => ({
        kind: "file",
        kept: { role: "validation", row: 0 },
        extra: { role: "train", row },
      })),
      others,
      inherited,
    );

  const poolHeader = unionHeader(headers);
  await writeFileAtomic(
    o.poolCsv,
    tableText(
      poolHeader,
      clean.kept.map((r) => r.cells),
    ),
  );
  await writeFileAtomic(o.combinedCsv, tableText(header, combined.rows));
  await writeFileAtomic(o.provenanceCsv, provenanceText(inherited, clean.kept, o.iteration));
  const count = (producer: string) => clean.kept.filter((r) => r.provenance.producer === producer).length;
  const result: MergeResult = {
    combinedCsv: o.combinedCsv,
    provenanceCsv: o.provenanceCsv,
    report: o.report,
    poolCsv: o.poolCsv,
    rejectsCsv,
    rows: combined.rows.length,
    inherited: inherited.records.rows.length,
    added: clean.kept.length,
    addedBy: { synthetic: count("synthetic"), mined: count("mined") },
    refused: tally(refused),
  };
  await writeJsonAtomic(o.report, {
    status: "ok",
    training_csv: o.combinedCsv,
    validation_csv: o.validationCsv,
    rows_checked: result.rows,
    missing_file_count: 0,
    train_val_leakage_overlap_count: 0,
    reflow: {
      iteration: o.iteration,
      lights_checked: o.lights,
      inherited_rows: result.inherited,
      offered_rows: rows.length,
      added_rows: result.added,
      added_by: result.addedBy,
      refused: result.refused,
      rejects_csv: rejectsCsv,
      dropped_columns: unionHeader(headers).filter((name) => !header.includes(name)),
      canonical_leakage: {
        compared: ["train", ...others.map((t) => t.table.role)],
        by: ["file", "decoded content"],
        overlap_count: 0,
      },
    },
  });
  return result;
}

type OtherTable = Readonly<{ table: LeakTable; records: Records }>;

/** Validation first, then KPI, then the release set where there is one. */
async function otherTables(o: MergeOptions): Promise<OtherTable[]> {
  const files = [
    { role: "validation", csv: o.validationCsv },
    { role: "kpi", csv: o.kpiCsv },
    ...(o.releaseCsv ? [{ role: "release", csv: o.releaseCsv } as const] : []),
  ] as const;
  return Promise.all(
    files.map(async ({ role, csv }) => {
      const records = await readRecords(csv);
      return { records, table: { role, file: csv, rows: pairRowsOf(records, o.imagesDir, o) } };
    }),
  );
}

function tableText(header: readonly string[], rows: readonly Readonly<Record<string, string>>[]): string {
  return formatCsv(
    header,
    rows.map((row) => header.map((name) => row[name] ?? "")),
  );
}

/** One line per combined row, same order (contract 9.3). */
function provenanceText(inherited: Inherited, added: readonly NewRow[], iteration: number): string {
  const line = (source: string, number: string, columns: NewRow["provenance"]) => [
    source,
    number,
    ...PROVENANCE_COLUMNS.map((name) => columns[name]),
  ];
  return formatCsv(
    ["source", "iteration", ...PROVENANCE_COLUMNS],
    [
      ...inherited.provenance.map((p) => line(inherited.source, p.iteration, p.columns)),
      ...added.map((row) => line("mining_pool", String(iteration), row.provenance)),
    ],
  );
}

function tally(refused: readonly Refusal[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of refused) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function nothingNew(offered: number, refused: readonly Refusal[]): ReflowError {
  const why = Object.entries(tally(refused)).map(([reason, n]) => `${n} ${reason}`);
  return new ReflowError(
    "data",
    "zero_new_rows",
    `no new training rows: ${offered} were offered${why.length > 0 ? `, refused: ${why.join(", ")}` : ""}`,
    "The pool is exhausted. Enlarge it, lower the similarity cut-off, or ask for more synthetic images.",
  );
}

function leakError(
  leaks: readonly LeakPair[],
  others: readonly OtherTable[],
  inherited: Inherited,
): ReflowError {
  const lineOf = (at: LeakPair["kept"]) => {
    const table = others.find((t) => t.table.role === at.role);
    return at.role === "train" ? inherited.records.lines[at.row] : table?.records.lines[at.row];
  };
  const problems = leaks.slice(0, 20).map(({ kind, kept, extra }) => {
    const file =
      extra.role === "train"
        ? inherited.records.file
        : (others.find((t) => t.table.role === extra.role)?.table.file ?? "");
    const row = lineOf(extra);
    return {
      code: "train_leakage",
      severity: "error" as const,
      message: `${extra.role} row ${row ?? extra.row + 2} and ${kept.role} row ${lineOf(kept)} show one test image (same ${kind})`,
      hint: LEAK_HINT,
      where: { file, ...(row !== undefined && { row }) },
    };
  });
  return new ReflowError(
    "data",
    "train_leakage",
    `${leaks.length} image(s) are in two tables that must be apart: ${problems[0]?.message}`,
    LEAK_HINT,
    { where: problems[0]?.where ?? {}, problems },
  );
}

const LEAK_HINT =
  "Remove the row from the table that learns, and start a new run: a measurement on trained images proves nothing.";
