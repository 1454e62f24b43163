/** Real images that resemble the weak samples: search, history, and the merge into the next training set. */

export { type Embeddings, type Encoder, embedAll } from "./embed/encoder.js";
export { changeNetEncoder, imageEncoder } from "./embed/encoders.js";
export { readEmbeddings } from "./embed/parquet.js";
export { standardised } from "./embed/standardise.js";
export { committedFolder } from "./history/commit.js";
export { type History, type HistoryEntry, pathIdentity, readHistory } from "./history/ledger.js";
export { type Move, reanchorHistory } from "./history/reanchor.js";
export { recordSkippedMining } from "./history/skip.js";
export { type NearestOptions, type Neighbours, nearest } from "./knn/nearest.js";
export type { MergeSource } from "./merge/inputs.js";
export {
  datasetLeakFinder,
  type LeakFinder,
  type LeakPair,
  type LeakRole,
  type LeakTable,
} from "./merge/leaks.js";
export { type MergeOptions, type MergeResult, merge } from "./merge/merge.js";
export type { RefusalReason } from "./merge/refuse.js";
export { type PoolRow, type PoolTable, readPool } from "./pool/read.js";
export { type PoolSummary, type ResolveOptions, resolvePool } from "./pool/resolve.js";
export { checkCounts } from "./stage/counts.js";
export { type MiningFiles, miningFiles } from "./stage/files.js";
export { type MineOptions, mine } from "./stage/mine.js";
export type { MineResult } from "./stage/result.js";
export { PROVENANCE_COLUMNS } from "./stage/rows.js";
export type { Yield } from "./stage/yield.js";
