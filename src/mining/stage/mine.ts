import type { PairRow } from "../../dataset/row.js";
import { type Emit, formatCsv, readJson, silent, writeFileAtomic, writeJsonAtomic } from "../../kit/index.js";
import { EMBED_ROWS, type Encoder } from "../embed/encoder.js";
import { commitHistory, openHistory, planSelection, writeSummary } from "../history/commit.js";
import type { History } from "../history/ledger.js";
import { selectNovel } from "../history/select.js";
import { type PoolTable, readPool } from "../pool/read.js";
import { describeCandidates, writeCandidates } from "./candidates.js";
import { requireCounts } from "./counts.js";
import { miningFiles } from "./files.js";
import { precheck } from "./precheck.js";
import { miningReport } from "./report.js";
import type { MineResult } from "./result.js";
import { type MinedRow, provenanceBeside, writeMinedRows } from "./rows.js";
import { embedTargets, searchPool, writeNeighbours } from "./search.js";
import { writeSpecs } from "./specs.js";
import { readTargets, type Target } from "./targets.js";
import { monitorYield } from "./yield.js";

export type MineOptions = Readonly<{
  iteration: number;
  /** `RD/iterN/mining_results/<TS>`; the same one when an interrupted stage is run again. */
  outDir: string;
  /** `RD/mining_history.json`. */
  historyFile: string;
  /** The gaps routed to mining. */
  routedParquet: string;
  kpiRows: readonly PairRow[];
  /** What {@link resolvePool} wrote, and the table that it was made from. */
  resolvedPoolCsv: string;
  poolCsv: string;
  imagesRoot: string;
  /** The current training rows: novelty is measured against them. */
  trainRows?: readonly PairRow[];
  encoder: Encoder;
  lights: readonly string[];
  imageExt: string;
  topK: number;
  minSimilarity: number;
  workspace: string;
  /** `RD/iterN/dataset/images`. */
  stageDir: string;
  /** The mined rows as a ChangeNet table (default `<outDir>/mined_rows.csv`); provenance goes beside it. */
  rowsCsv?: string;
  workers: number;
  /** Reuse an iteration that the ledger already has (default true); false refuses it. */
  resume?: boolean;
  /** Rows embedded at once (default 8192). */
  partRows?: number;
  emit?: Emit;
  signal?: AbortSignal;
}>;

/**
 * The data_mining stage (contract 8): embeds the weak samples and the pool, finds the nearest pool rows, keeps
 * those at or above `minSimilarity`, drops what earlier iterations took, and writes every artifact. The ledger is
 * written last: a stage killed before that runs again as if it had never begun, one killed after it is verified
 * and reused.
 *
 * Throws ReflowErrors; hard stops are `mining_pool_missing`, `mining_pool_empty`, `mined_golden_missing`,
 * `encoder_dimension_mismatch` and the `history_…` codes.
 */
export async function mine(o: MineOptions): Promise<MineResult> {
  const files = miningFiles(o.outDir);
  const paths = {
    candidateParquet: files.candidates,
    outputParquet: files.mined,
    summaryFile: files.historySummary,
    historyFile: o.historyFile,
  };
  const { iteration, topK } = o;
  const before = await openHistory(paths, { iteration, topn: topK, resume: o.resume ?? true });
  if (before.committed) {
    await requireCounts({ folder: o.outDir, historyFile: o.historyFile, iteration, topK });
    return (await readJson(files.result)) as MineResult;
  }

  const emit = o.emit ?? silent;
  const work = { emit, partRows: o.partRows ?? EMBED_ROWS, ...(o.signal && { signal: o.signal }) };
  const { targets, routedRows } = await readTargets(o);
  const pool = await readPool({ ...o, resolvedCsv: o.resolvedPoolCsv, sourceCsv: o.poolCsv });
  const warnings = precheck(targets, pool);
  for (const problem of warnings) emit({ type: "problem", problem });

  await writeSpecs(files, o.encoder, { topK, partRows: work.partRows });
  const queries = await embedTargets(files, targets, o.encoder, work);
  const { found, rows } = await searchPool(files, pool, queries, o.encoder, {
    ...work,
    topK,
    workers: o.workers,
  });
  const { pairs, raw } = await writeNeighbours(files, targets, rows, found, o);

  const candidates = await describeCandidates(o, targets, rows, pairs, raw, queries.dim);
  await writeCandidates(files.candidates, candidates);
  const counts = { raw: raw.length, kept: candidates.length, rejected: raw.length - candidates.length };
  await writeFileAtomic(
    files.knnSummary,
    formatCsv(
      ["candidate_count", "kept_count", "rejected_count", "similarity_threshold"],
      [[counts.raw, counts.kept, counts.rejected, o.minSimilarity]],
    ),
  );

  const selection = selectNovel(
    candidates.map((c) => c.row.filepath),
    before.history,
  );
  const mined = selection.rows.map((i) => candidates[i] as MinedRow);
  await writeCandidates(files.mined, mined);
  const rowsCsv = o.rowsCsv ?? files.rowsCsv;
  const { staged } = await writeMinedRows({
    ...o,
    rows: mined,
    rowsCsv,
    provenanceCsv: provenanceBeside(rowsCsv),
  });
  const watched = monitorYield({ kept: counts.kept, mined: mined.length }, previousYield(before.history));
  for (const problem of watched.warnings) emit({ type: "problem", problem });

  const plan = await planSelection(paths, before.history, selection, { iteration, topn: topK });
  await writeSummary(paths, plan.summary);
  const result: MineResult = {
    iteration,
    folder: files.folder,
    minedParquet: files.mined,
    candidateParquet: files.candidates,
    summary: files.knnSummary,
    history: o.historyFile,
    historySummary: files.historySummary,
    targetEmbeddings: files.targetEmbeddings,
    sourceEmbeddings: files.sourceEmbeddings,
    targetLog: files.targetLog,
    sourceLog: files.sourceLog,
    knnLog: files.knnLog,
    neighbours: files.neighbours,
    report: files.report,
    rowsCsv,
    rowsProvenance: provenanceBeside(rowsCsv),
    targets: targets.length,
    pool: rows.length,
    ...counts,
    alreadyMined: selection.alreadyMined,
    mined: mined.length,
    cumulative: selection.cumulative,
    staged,
    dim: queries.dim,
    minSimilarity: o.minSimilarity,
    yield: watched.yield,
    warnings: [...warnings, ...watched.warnings],
  };
  await writeFileAtomic(
    files.report,
    miningReport({
      ...result,
      topK,
      model: o.encoder.model,
      modelPath: o.encoder.modelPath,
      routedParquet: o.routedParquet,
      poolCsv: o.resolvedPoolCsv,
      routedRows,
      similarity: spread(pairs.map((p) => p.similarity)),
      ...medianNovelty(mined),
      labels: labelCounts(targets, mined, pool),
      firstMined: mined.slice(0, 5).map((m) => m.row.filepath),
      recommendation: selection.recommendation,
    }),
  );
  await writeJsonAtomic(files.result, result);
  await requireCounts({
    folder: o.outDir,
    historyFile: o.historyFile,
    iteration,
    topK,
    entry: plan.entry,
    stateMinedCount: mined.length,
  });
  await commitHistory(paths, plan.history);
  return result;
}

function previousYield(history: History) {
  const last = history.iterations.at(-1);
  return (
    last && {
      iteration: last.iteration,
      kept: last.candidate_unique_count,
      mined: last.selected_count,
    }
  );
}

function spread(values: readonly number[]): [number, number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[0] ?? 0, sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, sorted.at(-1) ?? 0];
}

function medianNovelty(mined: readonly MinedRow[]): { novelty?: number } {
  const values = mined.flatMap((m) => m.novelty ?? []);
  return values.length === 0 ? {} : { novelty: spread(values)[1] };
}

function labelCounts(targets: readonly Target[], mined: readonly MinedRow[], pool: PoolTable) {
  const count = (labels: readonly string[]) => {
    const out = new Map<string, number>();
    for (const label of labels) out.set(label, (out.get(label) ?? 0) + 1);
    return out;
  };
  const minedFor = count(mined.map((m) => m.targetLabel));
  const inPool = count(pool.rows.map((r) => r.label));
  return [...count(targets.map((t) => t.label))]
    .map(([label, n]) => ({
      label,
      targets: n,
      mined: minedFor.get(label) ?? 0,
      pool: inPool.get(label) ?? 0,
    }))
    .sort((a, b) => b.targets - a.targets || (a.label < b.label ? -1 : 1));
}
