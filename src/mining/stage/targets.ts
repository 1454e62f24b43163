import { realpath } from "node:fs/promises";
import path from "node:path";
import type { PairRow } from "../../dataset/row.js";
import { dataError, readParquet } from "../../kit/index.js";

/** A weak KPI sample to find neighbours for. */
export type Target = Readonly<{
  row: PairRow;
  /** Absolute, symlink-resolved test file of the first lighting. */
  filepath: string;
  label: string;
  /** As in the routed table; NaN when it has no such column. */
  score: number;
  weakness: number;
}>;

/**
 * The samples of a routed gaps table, which has one row per lighting: each sample once, in order of its first
 * row (contract 5.1, 6). Throws `routed_rows_empty` (the stage is to be skipped), `routed_row_unknown` when a
 * path is of no KPI row, `parquet_invalid` or `routed_column_missing`.
 */
export async function readTargets(o: {
  routedParquet: string;
  kpiRows: readonly PairRow[];
}): Promise<{ targets: Target[]; routedRows: number }> {
  const routed = await readParquet(o.routedParquet);
  const where = { file: o.routedParquet };
  if (routed.length === 0)
    throw dataError(
      "routed_rows_empty",
      "no weak sample was routed to mining",
      "Skip the mining stage.",
      where,
    );
  const first = routed[0] as Record<string, unknown>;
  if (typeof first.filepath !== "string")
    throw dataError(
      "routed_column_missing",
      `the routed table has no column filepath, only ${Object.keys(first).join(", ")}`,
      "Run the routing stage again.",
      where,
    );
  const owner = new Map<string, PairRow>();
  for (const row of o.kpiRows) for (const file of row.test) owner.set(path.resolve(file), row);
  let canonical: Map<string, PairRow> | undefined;

  const targets = new Map<PairRow, Target>();
  for (const [i, sample] of routed.entries()) {
    const file = path.resolve(String(sample.filepath));
    let row = owner.get(file);
    if (!row) {
      // The table may name the files through another link: compare real paths, built only when needed.
      canonical ??= new Map(
        await Promise.all(
          [...owner].map(async ([name, r]) => [await realpath(name).catch(() => name), r] as const),
        ),
      );
      row = canonical.get(await realpath(file).catch(() => file));
    }
    if (!row)
      throw dataError(
        "routed_row_unknown",
        `row ${i + 1} names ${sample.filepath}, which is the image of no KPI row`,
        "The routed table belongs to another KPI table: run root-cause analysis and routing again.",
        where,
      );
    if (targets.has(row)) continue;
    const test = row.test[0] as string;
    targets.set(row, {
      row,
      filepath: await realpath(test).catch(() => path.resolve(test)),
      label: row.label,
      score: numberOf(sample.siamese_score),
      weakness: numberOf(sample.weakness),
    });
  }
  return { targets: [...targets.values()], routedRows: routed.length };
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : Number.NaN;
}
