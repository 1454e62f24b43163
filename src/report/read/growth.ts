import { jsonOf, number, text, tree } from "./json.js";
import { readSmallTable } from "./table.js";

/** Where training rows came from. */
export const SOURCES = ["base", "mined", "synthetic"] as const;
export type Source = (typeof SOURCES)[number];

/** The training set of one label: rows in all, and by source and label. */
export type Growth = Readonly<{
  total: number;
  added: number;
  bySource: Readonly<Record<Source, number>>;
  byLabel: Readonly<Record<string, number>>;
  addedByLabel: Readonly<Record<string, number>>;
}>;

/** What the merge checked (contract 9.2). Counts are undefined when the report lacks them. */
export type MergeCheck = Readonly<{
  rows: number | undefined;
  missing: number | undefined;
  leaks: number | undefined;
  ok: boolean;
}>;

/** Counts a base training table. */
export async function baseGrowth(csv: string | undefined): Promise<Growth | undefined> {
  const table = await readSmallTable(csv);
  const at = table?.column("label") ?? -1;
  if (!table || at < 0) return undefined;
  const byLabel = tally(table.rows.map((r) => r[at] ?? ""));
  return {
    total: table.rows.length,
    added: 0,
    bySource: { base: table.rows.length, mined: 0, synthetic: 0 },
    byLabel,
    addedByLabel: {},
  };
}

/**
 * Counts a combined training table with its provenance (one row each, same order, contract 9.3). Where a row came
 * from is its `producer`; foreign runs have only `source`, and then new rows are told apart by the folder that
 * synthetic pairs are staged in, and older ones by what was counted before.
 */
export async function mergedGrowth(
  combinedCsv: string | undefined,
  provenanceCsv: string | undefined,
  before: Growth | undefined,
): Promise<Growth | undefined> {
  const [table, provenance] = await Promise.all([readSmallTable(combinedCsv), readSmallTable(provenanceCsv)]);
  if (!table) return undefined;
  const at = { label: table.column("label"), input: table.column("input_path") };
  const source = provenance?.column("source") ?? -1;
  const producer = provenance?.column("producer") ?? -1;
  const all = { base: 0, mined: 0, synthetic: 0 };
  const fresh = { base: 0, mined: 0, synthetic: 0 };
  const added: string[] = [];
  table.rows.forEach((row, i) => {
    const about = provenance?.rows[i];
    const kind = producer >= 0 ? sourceOf(about?.[producer]) : undefined;
    if (kind) all[kind]++;
    if (about?.[source] !== "mining_pool") return;
    fresh[kind ?? (/synthetic_iter/.test(row[at.input] ?? "") ? "synthetic" : "mined")]++;
    added.push(row[at.label] ?? "");
  });
  const known = all.base + all.mined + all.synthetic === table.rows.length;
  const old = before?.bySource ?? { base: table.rows.length - added.length, mined: 0, synthetic: 0 };
  return {
    total: table.rows.length,
    added: added.length,
    bySource: known
      ? all
      : { base: old.base, mined: old.mined + fresh.mined, synthetic: old.synthetic + fresh.synthetic },
    byLabel: tally(table.rows.map((r) => r[at.label] ?? "")),
    addedByLabel: tally(added),
  };
}

function sourceOf(producer: string | undefined): Source | undefined {
  return SOURCES.find((s) => s === producer);
}

export async function mergeCheck(file: string | undefined): Promise<MergeCheck | undefined> {
  const json = await jsonOf(file);
  if (json === undefined) return undefined;
  const report = tree(json);
  const leaks = number(report.train_val_leakage_overlap_count);
  const missing = number(report.missing_file_count);
  return {
    rows: number(report.rows_checked),
    missing,
    leaks,
    ok: text(report.status) === "ok" && (leaks ?? 0) === 0 && (missing ?? 0) === 0,
  };
}

export function tally(values: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
  return Object.fromEntries([...counts.entries()].sort(([a], [b]) => labelOrder(a, b)));
}

/** PASS first, then by name. */
export function labelOrder(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "PASS" || b === "PASS") return a === "PASS" ? -1 : 1;
  return a < b ? -1 : 1;
}
