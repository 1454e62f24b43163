import { realpath } from "node:fs/promises";
import path from "node:path";
import {
  dataError,
  hashFile,
  hashText,
  ReflowError,
  toJson,
  writeFileAtomic,
  writeJsonAtomic,
} from "../../kit/index.js";
import { type History, type HistoryEntry, readHistory } from "./ledger.js";
import { type HistorySummary, historyEntry, historySummary, type Selection, withEntry } from "./select.js";

/** The three files that a selection reads and writes, and the ledger. */
export type HistoryPaths = Readonly<{
  candidateParquet: string;
  outputParquet: string;
  summaryFile: string;
  historyFile: string;
}>;

/** The state of the ledger before an iteration is selected. */
export type HistoryBefore =
  | Readonly<{ committed: false; history: History }>
  | Readonly<{ committed: true; history: History; entry: HistoryEntry }>;

/** Absolute, with links followed as far as the path exists: the form that the ledger records. */
export async function canonicalPath(file: string): Promise<string> {
  const absolute = path.resolve(file);
  try {
    return await realpath(absolute);
  } catch {
    const folder = path.dirname(absolute);
    return folder === absolute ? absolute : path.join(await canonicalPath(folder), path.basename(absolute));
  }
}

/**
 * Opens the ledger for an iteration (contract 8.4). An iteration that is already recorded is refused unless
 * `resume`; then its paths, candidate hash and topn must be the recorded ones.
 *
 * Throws what {@link readHistory} throws, and `history_iteration_committed`, `history_resume_mismatch`,
 * `history_not_contiguous`, `history_usage`.
 */
export async function openHistory(
  paths: HistoryPaths,
  o: { iteration: number; topn: number; resume: boolean },
): Promise<HistoryBefore> {
  const { iteration, topn } = o;
  const [candidate, output, summary, file] = await Promise.all(
    [paths.candidateParquet, paths.outputParquet, paths.summaryFile, paths.historyFile].map(canonicalPath),
  );
  if (!Number.isInteger(iteration) || iteration < 1 || !Number.isInteger(topn) || topn < 1)
    throw usage(`iteration ${iteration} and topn ${topn} must be whole numbers of at least 1`);
  if (candidate === output || new Set([output, summary, file]).size !== 3)
    throw usage("candidates, output, summary and history must be different files");
  const history = await readHistory(file as string, iteration);
  const entry = history.iterations[iteration - 1];
  if (!entry) {
    if (history.iterations.length === iteration - 1) return { committed: false, history };
    throw dataError(
      "history_not_contiguous",
      `iteration ${iteration} cannot follow iteration ${history.iterations.length} in the mining history`,
      "Mine the iterations in order; a skipped one is recorded with recordSkippedMining.",
      { file: file as string },
    );
  }
  if (!o.resume)
    throw dataError(
      "history_iteration_committed",
      `iteration ${iteration} is already in the mining history`,
      "Resume to verify and reuse it.",
      { file: file as string },
    );
  const differences = [
    [entry.output_parquet, output, "output"],
    [entry.summary_file, summary, "summary"],
    [entry.candidate_parquet, candidate, "candidates"],
    [String(entry.topn), String(topn), "topn"],
  ].filter(([recorded, asked]) => recorded !== asked);
  const first = differences[0];
  if (first)
    throw dataError(
      "history_resume_mismatch",
      `iteration ${iteration} was recorded with ${first[2]} ${first[0]}, not ${first[1]}`,
      "Resume with the recorded folder and topn.",
      { file: file as string },
    );
  return { committed: true, history, entry };
}

/** The folder in which an iteration's mining was recorded, so that a resumed stage goes on there. */
export async function committedFolder(historyFile: string, iteration: number): Promise<string | undefined> {
  const history = await readHistory(historyFile, 1);
  const entry = history.iterations[iteration - 1];
  return entry && path.dirname(entry.output_parquet);
}

/** The summary and the next ledger of a selection whose two parquet files are written; writes nothing. */
export async function planSelection(
  paths: HistoryPaths,
  before: History,
  selection: Selection,
  o: { iteration: number; topn: number },
): Promise<{ summary: HistorySummary; history: History; entry: HistoryEntry }> {
  const candidateParquet = await canonicalPath(paths.candidateParquet);
  const outputParquet = await canonicalPath(paths.outputParquet);
  const summary = historySummary(o.iteration, o.topn, selection, {
    candidateParquet,
    candidateSha256: await hashFile(candidateParquet),
    outputParquet,
    outputSha256: await hashFile(outputParquet),
  });
  const entry = historyEntry(summary, selection, {
    summaryFile: await canonicalPath(paths.summaryFile),
    summarySha256: hashText(toJson(summary)),
  });
  return { summary, entry, history: withEntry(before, entry) };
}

export async function writeSummary(paths: HistoryPaths, summary: HistorySummary): Promise<void> {
  await writeFileAtomic(paths.summaryFile, toJson(summary));
}

/** Writes the ledger: the one moment at which an iteration's mining becomes final. */
export async function commitHistory(paths: HistoryPaths, history: History): Promise<void> {
  await writeJsonAtomic(paths.historyFile, history);
}

function usage(message: string): ReflowError {
  return new ReflowError("usage", "history_usage", message, "Correct the arguments of the mining stage.");
}
