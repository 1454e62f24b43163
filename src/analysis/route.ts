import path from "node:path";
import { dataError } from "../kit/errors.js";
import { exists, writeFileAtomic } from "../kit/files.js";
import { makeFolder } from "../kit/folders.js";
import { readParquet, writeParquet } from "../kit/parquet.js";
import { columnIndex, readRows } from "../metric/index.js";
import { parquetColumns } from "./parquet-schema.js";
import { routingReport } from "./routing-report.js";

/** Where the rows of one upper-cased label go; neither = dropped. */
export type LabelRoute = Readonly<{ label: string; count: number; mining: boolean; anomalygen: boolean }>;

/** `both_empty` is a hard stop for the loop: nothing can be mined or synthesised for any weak sample. */
export type RouteResult = Readonly<{
  status: "routed" | "both_empty";
  total: number;
  mining: number;
  anomalygen: number;
  labels: readonly LabelRoute[];
  dropped: readonly LabelRoute[];
  poolMissing: boolean;
  miningParquet: string;
  anomalygenParquet: string;
  summary: string;
  report: string;
}>;

/** What the generator supports unless its own spec says otherwise (contract 6). */
export const DEFAULT_SUPPORTED = ["PASS", "EXCESS_SOLDER", "MISSING", "BRIDGE"] as const;

/**
 * Sends weak samples to mining (their label is in the pool) and to the generator (their label is supported), or to
 * both; labels that go nowhere are listed (contract 6). Writes mining_gaps.parquet, anomalygen_gaps.parquet (both
 * always, with the columns of the input), routing_summary.txt and Routing_Report.md. A row is one file of one
 * lighting, so counts are not samples. Throws data errors for an unreadable input.
 */
export async function route(o: {
  gapsParquet: string;
  poolCsv?: string;
  supported?: readonly string[];
  outDir: string;
}): Promise<RouteResult> {
  const columns = await parquetColumns(o.gapsParquet);
  for (const name of ["filepath", "label"])
    if (!columns.some((c) => c.name === name))
      throw dataError(
        "column_missing",
        `no column "${name}" in the weak samples`,
        "Run the root-cause analysis again.",
        { file: o.gapsParquet, field: name },
      );
  const rows = await readParquet(o.gapsParquet);
  const pool = o.poolCsv === undefined ? undefined : await poolLabels(o.poolCsv);
  const supported = new Set((o.supported ?? DEFAULT_SUPPORTED).map((l) => l.toUpperCase()));
  const label = (row: Record<string, unknown>) => String(row.label).toUpperCase();

  const counts = new Map<string, number>();
  for (const row of rows) counts.set(label(row), (counts.get(label(row)) ?? 0) + 1);
  const labels = [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(
      ([name, count]): LabelRoute => ({
        label: name,
        count,
        mining: pool?.has(name) ?? false,
        anomalygen: supported.has(name),
      }),
    );
  const mining = rows.filter((r) => pool?.has(label(r)));
  const anomalygen = rows.filter((r) => supported.has(label(r)));

  await makeFolder(o.outDir);
  const at = (name: string) => path.join(o.outDir, name);
  const subset = (name: string, kept: readonly Record<string, unknown>[]) =>
    writeParquet(
      at(name),
      columns.map((c) => ({ ...c, data: kept.map((r) => r[c.name]) })),
    );
  await subset("mining_gaps.parquet", mining);
  await subset("anomalygen_gaps.parquet", anomalygen);
  const result: RouteResult = {
    status: mining.length === 0 && anomalygen.length === 0 ? "both_empty" : "routed",
    total: rows.length,
    mining: mining.length,
    anomalygen: anomalygen.length,
    labels,
    dropped: labels.filter((l) => !l.mining && !l.anomalygen),
    poolMissing: pool === undefined,
    miningParquet: at("mining_gaps.parquet"),
    anomalygenParquet: at("anomalygen_gaps.parquet"),
    summary: at("routing_summary.txt"),
    report: at("Routing_Report.md"),
  };
  await writeFileAtomic(result.summary, summaryText(result, o.poolCsv));
  await writeFileAtomic(result.report, routingReport(result, { ...o, supported: [...supported] }));
  return result;
}

/** The upper-cased labels of the pool; undefined when there is no pool. */
async function poolLabels(file: string): Promise<ReadonlySet<string> | undefined> {
  if (!(await exists(file))) return undefined;
  const rows = await readRows(file);
  const at = columnIndex(rows, "label");
  const labels = new Set<string>();
  for (let i = 0; i < rows.count; i++) labels.add(rows.cells(i)[at].toUpperCase());
  return labels;
}

/** routing_summary.txt (contract 6). */
function summaryText(r: RouteResult, poolCsv: string | undefined): string {
  const yes = (b: boolean) => (b ? "yes" : "no");
  return [
    "Weak-sample routing summary",
    `Total weak samples: ${r.total}`,
    `Mining subset:      ${r.mining} -> ${r.miningParquet}`,
    `AnomalyGen subset:  ${r.anomalygen} -> ${r.anomalygenParquet}`,
    "",
    ...(r.poolMissing ? [`No pool table at '${poolCsv ?? ""}': the mining subset is empty.`, ""] : []),
    "Per-label breakdown (count, mining, anomalygen):",
    ...r.labels.map(
      (l) => `  ${l.label}: ${l.count} (mining=${yes(l.mining)}, anomalygen=${yes(l.anomalygen)})`,
    ),
    "",
  ].join("\n");
}
