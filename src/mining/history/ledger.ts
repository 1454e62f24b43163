import path from "node:path";
import { z } from "zod";
import { dataError, exists, hashFile, isErrno, ReflowError, readJson } from "../../kit/index.js";

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0);

const entrySchema = z.object({
  iteration: z.number().int().min(1),
  topn: z.number().int().min(1),
  candidate_parquet: z.string(),
  candidate_sha256: hash,
  candidate_unique_count: count,
  already_mined_count: count,
  selected_count: count,
  selected_filepaths: z.array(z.string()),
  output_parquet: z.string(),
  output_sha256: hash,
  summary_file: z.string(),
  summary_sha256: hash,
});

const ledgerSchema = z.object({
  version: z.literal(1),
  identity: z.literal("filepath"),
  iterations: z.array(entrySchema),
  cumulative_unique_count: count,
});

/** What one iteration selected, and the hashes that prove it (contract 8.4). */
export type HistoryEntry = Readonly<z.infer<typeof entrySchema>>;

/** The run-level ledger `mining_history.json`. */
export type History = Readonly<{
  version: 1;
  identity: "filepath";
  iterations: readonly HistoryEntry[];
  cumulative_unique_count: number;
}>;

export const EMPTY_HISTORY: History = {
  version: 1,
  identity: "filepath",
  iterations: [],
  cumulative_unique_count: 0,
};

/** The artifacts of an entry whose bytes are proven by the ledger. */
export const ARTIFACTS = [
  ["candidate_parquet", "candidate_sha256"],
  ["output_parquet", "output_sha256"],
  ["summary_file", "summary_sha256"],
] as const;

/**
 * One spelling per file: trimmed, forward slashes, no `.` or `..` parts, no trailing slash (contract 8.4).
 * Throws `mined_path_invalid` for an empty path.
 */
export function pathIdentity(value: string): string {
  const text = value.trim().replaceAll("\\", "/");
  const normal = path.posix.normalize(text).replace(/(?<=.)\/+$/, "");
  if (text === "" || normal === "" || normal === ".")
    throw dataError(
      "mined_path_invalid",
      `a mined row has the unusable path ${JSON.stringify(value)}`,
      "Every row needs the path of its image.",
    );
  // POSIX lets exactly two leading slashes mean something else, and the upstream tool keeps them.
  return /^\/\/(?!\/)/.test(text) ? `/${normal}` : normal;
}

/**
 * Reads the ledger and proves it: iterations count up from 1, no file is selected twice, the counts agree, and
 * every recorded artifact is there with its recorded hash. No file gives an empty ledger for iteration 1.
 *
 * Throws `json_invalid`, `history_malformed`, `history_required`, `history_not_contiguous`,
 * `history_reselects`, `history_counts`, `history_artifact_missing` or `history_hash_mismatch`.
 */
export async function readHistory(file: string, iteration: number): Promise<History> {
  if (!(await exists(file))) {
    if (iteration === 1) return EMPTY_HISTORY;
    throw fault(
      "history_required",
      file,
      `iteration ${iteration} needs the mining history, which is missing`,
      "Restore mining_history.json: without it samples would be mined twice.",
    );
  }
  const history = await parseHistory(file);
  checkHistory(history, file);
  for (const entry of history.iterations) await proveArtifacts(entry, file);
  return history;
}

/** The ledger's structure without its proof. */
export async function parseHistory(file: string): Promise<History> {
  const parsed = ledgerSchema.safeParse(await readJson(file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw fault(
      "history_malformed",
      file,
      `not a mining history: ${issue?.path.join(".") || "top level"}: ${issue?.message}`,
      RESTORE,
    );
  }
  return parsed.data;
}

const RESTORE = "Restore mining_history.json from a backup, or begin a new run.";

/** The rules that need no other file. */
export function checkHistory(history: History, file: string): void {
  const all = new Set<string>();
  history.iterations.forEach((entry, i) => {
    const name = `iteration ${entry.iteration}`;
    if (entry.iteration !== i + 1)
      throw fault(
        "history_not_contiguous",
        file,
        `the history lists ${name} where iteration ${i + 1} belongs`,
        RESTORE,
      );
    if (entry.selected_count !== entry.selected_filepaths.length)
      throw fault(
        "history_counts",
        file,
        `${name} lists ${entry.selected_filepaths.length} files but counts ${entry.selected_count}`,
        RESTORE,
      );
    if (entry.candidate_unique_count !== entry.already_mined_count + entry.selected_count)
      throw fault(
        "history_counts",
        file,
        `${name}: ${entry.candidate_unique_count} candidates are not ${entry.already_mined_count} known and ${entry.selected_count} selected`,
        RESTORE,
      );
    for (const value of entry.selected_filepaths) {
      const id = pathIdentity(value);
      if (all.has(id)) throw fault("history_reselects", file, `${name} selects ${id} a second time`, RESTORE);
      all.add(id);
    }
  });
  if (history.cumulative_unique_count !== all.size)
    throw fault(
      "history_counts",
      file,
      `the history counts ${history.cumulative_unique_count} files and lists ${all.size}`,
      RESTORE,
    );
}

/** Checks the three files of an entry against their recorded hashes. */
export async function proveArtifacts(entry: HistoryEntry, file: string): Promise<void> {
  for (const [field, hashField] of ARTIFACTS) {
    const artifact = entry[field];
    const name = `iteration ${entry.iteration}: ${field} ${artifact}`;
    let actual: string | undefined;
    if (path.isAbsolute(artifact))
      try {
        actual = await hashFile(artifact);
      } catch (error) {
        if (!(error instanceof ReflowError) && !isErrno(error)) throw error;
      }
    if (actual === undefined) throw fault("history_artifact_missing", file, `${name} cannot be read`, MOVED);
    if (actual !== entry[hashField])
      throw fault("history_hash_mismatch", file, `${name} was changed after it was recorded`, MOVED);
  }
}

const MOVED =
  "Restore the file. If the run was moved, re-anchor its history: the files must be the recorded ones, byte for byte.";

function fault(code: string, file: string, message: string, hint: string): ReflowError {
  return dataError(code, message, hint, { file });
}
