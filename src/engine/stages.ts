import type { TrainResult } from "../changenet/index.js";
import type { MetricContract, MetricResult } from "../metric/index.js";
import type { PlacedFreely } from "../synthesis/index.js";

/**
 * The typed inputs and outputs of every stage. Paths are absolute. Both toolkits understand exactly these; the
 * loop builds the inputs and turns the outputs into evidence, and never looks inside a stage.
 */

export type CheckpointKind = "best_val" | "latest";

/** The spec names data, epochs, warm start and everything else; the stage writes it to `trainingSpec` first. */
export type TrainInput = Readonly<{
  label: string;
  specText: string;
  trainingSpec: string;
  outDir: string;
  workers: number;
}>;
export type TrainOutput = Omit<TrainResult, "seconds" | "pairsPerSecond"> & Readonly<{ pairs: number }>;

export type InferenceInput = Readonly<{
  label: string;
  kind: CheckpointKind;
  spec: string;
  checkpoint: string;
  csv: string;
  imagesDir: string;
  outDir: string;
  workers: number;
}>;
export type InferenceOutput = Readonly<{ inferenceCsv: string; rows: number }>;

export type EvaluateInput = Readonly<{
  label: string;
  contract: MetricContract;
  claim?: string;
  candidates: readonly Readonly<{ kind: CheckpointKind; checkpoint: string; inferenceCsv: string }>[];
  outDir: string;
}>;
export type EvaluateOutput = Readonly<{
  kind: CheckpointKind;
  checkpoint: string;
  inferenceCsv: string;
  metricResultFile: string;
  result: MetricResult;
  threshold: number | null;
  /** `met`, `not met` or `not enough defects to claim`, with the bound in words. */
  verdict: string;
}>;

export type RcaInput = Readonly<{
  label: string;
  spec: string;
  checkpoint: string;
  inferenceCsv: string;
  kpiCsv: string;
  imagesDir: string;
  outDir: string;
  minRecall: number;
  topK: number;
  /** The KPI target in words, for the report. */
  target: string;
  workers: number;
}>;
export type RcaOutput = Readonly<{
  gapsParquet: string;
  threshold: number;
  targetDefects: readonly string[];
  weakRows: number;
  missed: number;
  falseAlarms: number;
}>;

export type RoutingInput = Readonly<{
  label: string;
  gapsParquet: string;
  /** Null when the workspace has no mining pool: then nothing is routed to mining. */
  poolCsv: string | null;
  /** Labels that the generator can make. */
  supported: readonly string[];
  outDir: string;
}>;
export type RoutingOutput = Readonly<{
  miningParquet: string;
  anomalygenParquet: string;
  miningRows: number;
  anomalygenRows: number;
  dropped: readonly string[];
}>;

export type AnomalygenInput = Readonly<{
  label: string;
  spec: string;
  checkpoint: string;
  trainCsv: string;
  trainImagesDir: string;
  /** The weak rows that asked for synthetic data. */
  targetsParquet: string;
  defectSpec: string | null;
  datasetDir: string | null;
  numSdg: number;
  outDir: string;
  /** Where the staged pairs go: RD/iterN/dataset/images. */
  stageDir: string;
  subdir: string;
  /** `stageDir` relative to the workspace: the prefix of the paths in the CSV. */
  workspaceRelative: string;
  /** Where sdg_rows_raw.csv goes (paths relative to `stageDir`), and sdg_rows.csv for the merge (to the workspace). */
  rowsDir: string;
  workers: number;
}>;
export type AnomalygenOutput = Readonly<{
  sdgCsv: string;
  allocationJson: string;
  rowsCsv: string;
  requested: number;
  generated: number;
  admitted: number;
  /** Types that the defect spec gave a place which was not heeded, and why. */
  placedFreely?: readonly PlacedFreely[];
}>;

export type MiningInput = Readonly<{
  label: string;
  iteration: number;
  spec: string;
  checkpoint: string;
  encoder: string | null;
  targetsParquet: string;
  kpiCsv: string;
  /** Root of KPI and pool rows. */
  imagesDir: string;
  /** The current training rows, for novelty. */
  trainCsv: string;
  trainImagesDir: string;
  poolCsv: string;
  resolvedPoolCsv: string;
  historyFile: string;
  topK: number;
  minSimilarity: number;
  workspace: string;
  /** Where a PASS row without a golden gets a staged copy. */
  stageDir: string;
  rowsCsv: string;
  outDir: string;
  workers: number;
}>;
export type MiningOutput = Readonly<{
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
  rowsCsv: string;
  mined: number;
  kept: number;
  candidates: number;
}>;

export type MergeInput = Readonly<{
  label: string;
  iteration: number;
  /** Base training CSV for iteration 1, the previous combined CSV later. */
  previousCsv: string;
  /** Prefix of base rows, relative to the workspace, in iteration 1; null later. */
  basePrefix: string | null;
  sources: readonly Readonly<{ source: "synthetic" | "mined"; csv: string }>[];
  validationCsv: string;
  kpiCsv: string;
  releaseCsv: string | null;
  /** Root of validation and KPI rows; combined rows are relative to `workspace`. */
  imagesDir: string;
  workspace: string;
  spec: string;
  combinedCsv: string;
  provenanceCsv: string;
  report: string;
  /** What this iteration contributes, as one table: mining_filter/mining_pool.csv. */
  poolCsv: string;
  workers: number;
}>;
export type MergeOutput = Readonly<{
  combinedCsv: string;
  provenanceCsv: string;
  report: string;
  rows: number;
  added: number;
  /** New rows that were not taken, by reason. */
  refused: Readonly<Record<string, number>>;
}>;

export type FinalizeInput = Readonly<{
  label: string;
  checkpoint: string;
  spec: string;
  contract: MetricContract;
  result: MetricResult;
  threshold: number | null;
  claim: string | null;
  inferenceCsv: string;
  kpiCsv: string;
  imagesDir: string;
  release: Readonly<{ csv: string; log: string; looksBefore: number }> | null;
  handoff: Readonly<Record<string, unknown>>;
  handoffFile: string;
  inferenceSpecText: string;
  inferenceSpecFile: string;
  bundleDir: string;
  outDir: string;
  /** Shown on the model card. */
  facts: Readonly<Record<string, string | number>>;
  workers: number;
}>;
export type FinalizeOutput = Readonly<{
  bundle: string;
  bestModelJson: string;
  inferenceSpec: string;
  maxScoreDifference: number;
  changedVerdicts: number;
  rows: number;
}>;

/** Initial weights as a staged file: the stand-in for a pretrained backbone. */
export type BackboneInput = Readonly<{ spec: string; trainCsv: string; imagesDir: string; file: string }>;
export type BackboneOutput = Readonly<{ file: string }>;

export type StageMap = Readonly<{
  backbone: { input: BackboneInput; output: BackboneOutput };
  train: { input: TrainInput; output: TrainOutput };
  inference: { input: InferenceInput; output: InferenceOutput };
  evaluate: { input: EvaluateInput; output: EvaluateOutput };
  rca: { input: RcaInput; output: RcaOutput };
  routing: { input: RoutingInput; output: RoutingOutput };
  anomalygen: { input: AnomalygenInput; output: AnomalygenOutput };
  data_mining: { input: MiningInput; output: MiningOutput };
  data_merge: { input: MergeInput; output: MergeOutput };
  finalize: { input: FinalizeInput; output: FinalizeOutput };
}>;
export type StageName = keyof StageMap;
export type StageInput<S extends StageName> = StageMap[S]["input"];
export type StageOutput<S extends StageName> = StageMap[S]["output"];
