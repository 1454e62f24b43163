import { type History, type HistoryEntry, pathIdentity } from "./ledger.js";

/** Which candidates are new, with the counts of `mining_history_summary.json` (contract 8.4). */
export type Selection = Readonly<{
  /** Positions of the selected rows in the candidate table. */
  rows: readonly number[];
  filepaths: readonly string[];
  candidateRows: number;
  candidateUnique: number;
  candidateDuplicates: number;
  historyBefore: number;
  alreadyMined: number;
  historicalRate: number;
  cumulative: number;
  recommendation: string | null;
}>;

/** Keeps the first occurrence of each candidate that no earlier iteration selected, in candidate order. */
export function selectNovel(candidates: readonly string[], history: History): Selection {
  const known = new Set(history.iterations.flatMap((e) => e.selected_filepaths.map(pathIdentity)));
  const seen = new Set<string>();
  const rows: number[] = [];
  const filepaths: string[] = [];
  let alreadyMined = 0;
  candidates.forEach((value, row) => {
    const id = pathIdentity(value);
    if (seen.has(id)) return;
    seen.add(id);
    if (known.has(id)) {
      alreadyMined++;
      return;
    }
    rows.push(row);
    filepaths.push(id);
  });
  const historicalRate = seen.size === 0 ? 0 : alreadyMined / seen.size;
  return {
    rows,
    filepaths,
    candidateRows: candidates.length,
    candidateUnique: seen.size,
    candidateDuplicates: candidates.length - seen.size,
    historyBefore: known.size,
    alreadyMined,
    historicalRate,
    cumulative: known.size + filepaths.length,
    recommendation: recommend(seen.size, filepaths.length, historicalRate),
  };
}

function recommend(unique: number, selected: number, rate: number): string | null {
  if (unique > 0 && selected === 0)
    return "every candidate was mined in an earlier iteration: raise topn or enlarge the mining pool";
  if (rate >= 0.5)
    return "half or more of the candidates were mined before: consider a higher topn to reach new samples";
  return null;
}

/** Where the files of one iteration lie, with the hashes of those already written. */
export type SelectionFiles = Readonly<{
  candidateParquet: string;
  candidateSha256: string;
  outputParquet: string;
  outputSha256: string;
}>;

/** `mining_history_summary.json`. */
export function historySummary(iteration: number, topn: number, s: Selection, f: SelectionFiles) {
  return {
    version: 1,
    iteration,
    identity: "filepath",
    topn,
    candidate_parquet: f.candidateParquet,
    candidate_sha256: f.candidateSha256,
    candidate_row_count: s.candidateRows,
    candidate_unique_count: s.candidateUnique,
    candidate_duplicate_count: s.candidateDuplicates,
    history_count_before: s.historyBefore,
    already_mined_count: s.alreadyMined,
    historical_candidate_rate: s.historicalRate,
    selected_count: s.filepaths.length,
    cumulative_unique_count: s.cumulative,
    output_parquet: f.outputParquet,
    output_sha256: f.outputSha256,
    recommendation: s.recommendation,
  } as const;
}

export type HistorySummary = ReturnType<typeof historySummary>;

/** The ledger entry of the same selection. */
export function historyEntry(
  summary: HistorySummary,
  s: Selection,
  file: { summaryFile: string; summarySha256: string },
): HistoryEntry {
  return {
    iteration: summary.iteration,
    topn: summary.topn,
    candidate_parquet: summary.candidate_parquet,
    candidate_sha256: summary.candidate_sha256,
    candidate_unique_count: summary.candidate_unique_count,
    already_mined_count: summary.already_mined_count,
    selected_count: summary.selected_count,
    selected_filepaths: [...s.filepaths],
    output_parquet: summary.output_parquet,
    output_sha256: summary.output_sha256,
    summary_file: file.summaryFile,
    summary_sha256: file.summarySha256,
  };
}

export function withEntry(history: History, entry: HistoryEntry): History {
  return {
    ...history,
    iterations: [...history.iterations, entry],
    cumulative_unique_count: history.cumulative_unique_count + entry.selected_count,
  };
}
