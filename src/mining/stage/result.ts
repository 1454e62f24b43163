import type { Problem } from "../../kit/index.js";
import type { Yield } from "./yield.js";

/** Files and numbers of a finished mining stage: what the state records (contract 2.4) and what a report shows. */
export type MineResult = Readonly<{
  iteration: number;
  folder: string;
  minedParquet: string;
  candidateParquet: string;
  summary: string;
  history: string;
  historySummary: string;
  targetEmbeddings: string;
  sourceEmbeddings: string;
  targetLog: string;
  sourceLog: string;
  knnLog: string;
  /** Every target-neighbour pair: target_filepath, target_label, source_filepath,
   * source_label, rank, similarity, kept. */
  neighbours: string;
  report: string;
  /** Mined rows as a ChangeNet table, and one provenance line per row. */
  rowsCsv: string;
  rowsProvenance: string;
  targets: number;
  pool: number;
  raw: number;
  kept: number;
  rejected: number;
  alreadyMined: number;
  mined: number;
  cumulative: number;
  staged: number;
  dim: number;
  minSimilarity: number;
  yield: Yield | null;
  warnings: readonly Problem[];
}>;
