import { readTable } from "../../dataset/table.js";
import { type Problem, ReflowError, readJson, readParquet } from "../../kit/index.js";
import { type HistoryEntry, parseHistory, pathIdentity } from "../history/ledger.js";
import { type MiningFiles, miningFiles } from "./files.js";
import { logPassed } from "./logs.js";

/**
 * Reads the files of a mining stage back and checks every equation of contract 8.5, that the logs report
 * success and that both embedding tables have rows. Empty when all is well.
 *
 * `entry` is the ledger entry of the iteration when it is not yet written.
 */
export async function checkCounts(o: {
  folder: string;
  historyFile: string;
  iteration: number;
  topK: number;
  entry?: HistoryEntry;
  /** `mining_mined_count` of the state, when there is one. */
  stateMinedCount?: number;
  /** `mining_summary` of the state, when there is one. */
  stateSummary?: string;
}): Promise<Problem[]> {
  const files = miningFiles(o.folder);
  const faults: Problem[] = [];
  const equal = (what: string, left: unknown, right: unknown, file: string): void => {
    if (left !== right)
      faults.push({
        code: "mining_counts_disagree",
        severity: "error",
        message: `${what}: ${left} is not ${right}`,
        hint: "Run the mining stage again; do not edit its files.",
        where: { file },
      });
  };
  const entry = o.entry ?? (await parseHistory(o.historyFile)).iterations[o.iteration - 1];
  const [raw, candidates, mined] = await Promise.all(
    [files.raw, files.candidates, files.mined].map(readFilepaths),
  );
  const knn = await readKnnSummary(files);
  const summary = (await readJson(files.historySummary)) as Record<string, unknown>;
  if (!raw || !candidates || !mined) return faults;

  equal("knn candidate_count = unique rows of mined_raw", knn.candidate, new Set(raw).size, files.knnSummary);
  equal("knn candidate_count = kept + rejected", knn.candidate, knn.kept + knn.rejected, files.knnSummary);
  equal("knn kept_count = rows of mined_candidates", knn.kept, candidates.length, files.knnSummary);
  equal(
    "history candidate_unique_count = already mined + selected",
    summary.candidate_unique_count,
    Number(summary.already_mined_count) + Number(summary.selected_count),
    files.historySummary,
  );
  equal("history selected_count = rows of mined", summary.selected_count, mined.length, files.historySummary);
  equal(
    "history candidate_row_count = kept_count",
    summary.candidate_row_count,
    knn.kept,
    files.historySummary,
  );
  equal("history topn = top_k_per_target", summary.topn, o.topK, files.historySummary);
  equal("ledger has this iteration", entry?.iteration, o.iteration, o.historyFile);
  equal(
    "ledger selected_filepaths = filepaths of mined, in order",
    JSON.stringify(entry?.selected_filepaths),
    JSON.stringify(mined.map(pathIdentity)),
    o.historyFile,
  );
  equal("ledger topn", entry?.topn, o.topK, o.historyFile);
  if (o.stateMinedCount !== undefined)
    equal("state mining_mined_count = rows of mined", o.stateMinedCount, mined.length, files.mined);
  if (o.stateSummary !== undefined)
    equal(
      "state mining_summary = knn_summary.csv of this folder",
      o.stateSummary,
      files.knnSummary,
      files.knnSummary,
    );
  for (const log of [files.targetLog, files.sourceLog, files.knnLog])
    equal("the log reports success", await logPassed(log), true, log);
  return faults;
}

/** Throws `mining_counts_disagree` with all faults unless the stage's numbers agree. */
export async function requireCounts(o: Parameters<typeof checkCounts>[0]): Promise<void> {
  const faults = await checkCounts(o);
  const first = faults[0];
  if (first)
    throw new ReflowError("stage", first.code, first.message, first.hint, {
      ...(first.where && { where: first.where }),
      problems: faults,
    });
}

export async function readFilepaths(file: string): Promise<string[]> {
  return (await readParquet(file)).map((row) => String(row.filepath));
}

/** The one row of `knn_summary.csv`. Throws `knn_summary_malformed`. */
async function readKnnSummary(files: MiningFiles) {
  const { table, problems } = await readTable(files.knnSummary, {
    requireColumns: ["candidate_count", "kept_count", "rejected_count", "similarity_threshold"],
  });
  const row = table?.rows[0];
  const numbers = table?.header.map((_, i) => Number(row?.[i])) ?? [];
  if (table?.rows.length !== 1 || problems.length > 0 || numbers.some((n) => !Number.isFinite(n)))
    throw new ReflowError(
      "data",
      "knn_summary_malformed",
      problems[0]?.message ?? "knn_summary.csv must hold exactly one row of numbers",
      "Run the mining stage again.",
      { where: { file: files.knnSummary } },
    );
  const at = (name: string) => numbers[table.header.indexOf(name)] as number;
  return {
    candidate: at("candidate_count"),
    kept: at("kept_count"),
    rejected: at("rejected_count"),
    threshold: at("similarity_threshold"),
  };
}
