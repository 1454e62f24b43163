import path from "node:path";
import { writeJsonAtomic } from "../../kit/index.js";
import { canonicalPath } from "./commit.js";
import {
  ARTIFACTS,
  checkHistory,
  type History,
  type HistoryEntry,
  parseHistory,
  proveArtifacts,
} from "./ledger.js";

/** A folder that moved: every path below `from` now lies at the same place below `to`. */
export type Move = Readonly<{ from: string; to: string }>;

/**
 * Repairs the ledger of a run that was copied or moved (trap T22): rewrites the recorded paths, after checking
 * that every artifact at its new place has the recorded bytes. Artifacts are never touched. With `images`, the
 * selected image paths move as well, so that images mined before are still recognised.
 *
 * Throws `history_artifact_missing` or `history_hash_mismatch`; then nothing was written.
 */
export async function reanchorHistory(o: {
  historyFile: string;
  run: Move;
  images?: Move;
}): Promise<{ history: History; rewritten: number }> {
  const before = await parseHistory(o.historyFile);
  const run = { from: path.resolve(o.run.from), to: await canonicalPath(o.run.to) };
  const images = o.images && { from: path.resolve(o.images.from), to: await canonicalPath(o.images.to) };
  let rewritten = 0;
  const moved = (file: string, move: Move | undefined): string => {
    const next = move ? moveFile(file, move) : file;
    if (next !== file) rewritten++;
    return next;
  };
  const iterations = before.iterations.map((entry): HistoryEntry => {
    const artifacts = Object.fromEntries(ARTIFACTS.map(([field]) => [field, moved(entry[field], run)]));
    return {
      ...entry,
      ...artifacts,
      selected_filepaths: entry.selected_filepaths.map((file) => moved(file, images)),
    };
  });
  const history: History = { ...before, iterations };
  checkHistory(history, o.historyFile);
  for (const entry of iterations) await proveArtifacts(entry, o.historyFile);
  await writeJsonAtomic(o.historyFile, history);
  return { history, rewritten };
}

function moveFile(file: string, { from, to }: Move): string {
  const relative = path.relative(from, file);
  const inside = relative !== "" && !relative.startsWith(`..${path.sep}`) && relative !== "..";
  return inside && !path.isAbsolute(relative) ? path.join(to, relative) : file;
}
