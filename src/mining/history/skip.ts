import { writeParquet } from "../../kit/index.js";
import { commitHistory, openHistory, planSelection, writeSummary } from "./commit.js";
import type { HistoryEntry } from "./ledger.js";
import { selectNovel } from "./select.js";

/**
 * Records an iteration that mined nothing because nothing was routed to it, with empty tables as proof. The
 * ledger must list every iteration, so a skipped one would otherwise block all later ones (contract 8.4).
 */
export async function recordSkippedMining(o: {
  /** Where the three files go; {@link miningFiles} of the stage's folder. */
  files: Readonly<{ candidates: string; mined: string; historySummary: string }>;
  historyFile: string;
  iteration: number;
  topK: number;
}): Promise<HistoryEntry> {
  const paths = {
    candidateParquet: o.files.candidates,
    outputParquet: o.files.mined,
    summaryFile: o.files.historySummary,
    historyFile: o.historyFile,
  };
  const step = { iteration: o.iteration, topn: o.topK };
  const before = await openHistory(paths, { ...step, resume: true });
  if (before.committed) return before.entry;
  const empty = [{ name: "filepath", data: [], type: "STRING" as const }];
  await writeParquet(paths.candidateParquet, empty);
  await writeParquet(paths.outputParquet, empty);
  const plan = await planSelection(paths, before.history, selectNovel([], before.history), step);
  await writeSummary(paths, plan.summary);
  await commitHistory(paths, plan.history);
  return plan.entry;
}
