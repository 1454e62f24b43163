import path from "node:path";
import { exists } from "../../kit/files.js";
import { readParquet } from "../../kit/parquet.js";
import { jsonOf, number, text, tree } from "./json.js";
import { asRecords, readSmallTable } from "./table.js";

/** A weak sample and the pool images found near it, nearest first. Files are absolute or relative as recorded. */
export type Neighbours = Readonly<{
  target: string;
  label: string;
  found: readonly Readonly<{ file: string; label: string; similarity: number; kept: boolean }>[];
}>;

export type MiningFacts = Readonly<{
  candidates: number | undefined;
  kept: number | undefined;
  cutoff: number | undefined;
  selected: number | undefined;
  alreadyMined: number | undefined;
  recommendation: string | undefined;
  neighbours: readonly Neighbours[];
}>;

/** Reads the mining results of one iteration (contract 8.3 to 8.5). */
export async function readMining(folder: string | undefined): Promise<MiningFacts | undefined> {
  if (!folder || !(await exists(folder))) return undefined;
  const [summary] = asRecords(await readSmallTable(path.join(folder, "knn_summary.csv")));
  const history = tree(await jsonOf(path.join(folder, "mining_history_summary.json")));
  return {
    candidates: number(summary?.candidate_count),
    kept: number(summary?.kept_count),
    cutoff: number(summary?.similarity_threshold),
    selected: number(history.selected_count),
    alreadyMined: number(history.already_mined_count),
    recommendation: text(history.recommendation),
    neighbours: await readNeighbours(folder),
  };
}

async function readNeighbours(folder: string): Promise<readonly Neighbours[]> {
  const file = path.join(folder, "neighbours.parquet");
  if (!(await exists(file))) return [];
  const rows = await readParquet(file).catch(() => []);
  const byTarget = new Map<string, { label: string; found: Neighbours["found"][number][] }>();
  for (const row of rows) {
    const target = text(row.target_filepath);
    const source = text(row.source_filepath);
    const similarity = number(row.similarity);
    if (!target || !source || similarity === undefined) continue;
    const entry = byTarget.get(target) ?? { label: text(row.target_label) ?? "", found: [] };
    entry.found.push({
      file: source,
      label: text(row.source_label) ?? "",
      similarity,
      kept: row.kept !== false,
    });
    byTarget.set(target, entry);
  }
  return [...byTarget.entries()].map(([target, entry]) => ({
    target,
    label: entry.label,
    found: entry.found.sort((a, b) => b.similarity - a.similarity),
  }));
}
