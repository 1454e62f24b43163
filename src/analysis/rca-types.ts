import type { PairRow } from "../dataset/row.js";
import type { Emit } from "../kit/events.js";
import type { OperatingPoint, PointRule } from "../metric/index.js";
import type { SpotCheck } from "./spot-check.js";
import type {
  DropN,
  EmbeddingSource,
  FailureCluster,
  GroupStats,
  HeatSource,
  LabelStats,
  SuspectGolden,
  SuspectLabel,
  Tiles,
  WeakSample,
} from "./types.js";

export type RcaOptions = Readonly<{
  inferenceCsv: string;
  /** The pairs of the inference table, in its order. */
  rows: readonly PairRow[];
  lights: readonly string[];
  /** How heat maps tile the lightings; default: one above the other. */
  tiles?: Tiles;
  /** The `<TS>` folder of this analysis. */
  outDir: string;
  /** A pinned threshold; without it the sweep chooses one. */
  threshold?: number;
  /** 0…1, default 1. */
  minRecall?: number;
  /** How the sweep chooses below 100 % recall: `best-f1` is the rule of contract 5.1 (default). */
  rule?: PointRule;
  /** Weakest rows kept per label (default 50). */
  topK?: number;
  heat?: HeatSource;
  embedding?: EmbeddingSource;
  /** Most golden | test | heat pictures (default 48); 0 draws none and reads no image. */
  pictures?: number;
  /** Shown in the report, e.g. "FAR < 1% at Recall=100%". */
  target?: string;
  emit?: Emit;
}>;

/** Everything the analysis found; also written as rca.json. Not `reachable`: only the report and the note exist. */
export type RcaResult = Readonly<{
  reachable: boolean;
  threshold?: number;
  minRecall: number;
  topK: number;
  total: number;
  point?: OperatingPoint;
  gapsParquet?: string;
  /** Rows of kpi_gaps.parquet: weak samples × lightings. */
  gapRows: number;
  weak: readonly WeakSample[];
  labels: readonly LabelStats[];
  /** Labels that miss, by misses, then `PASS` when there are false alarms (state field rca_target_defects). */
  targetDefects: readonly string[];
  clusters: readonly FailureCluster[];
  groups: readonly GroupStats[];
  /** False alarms and near misses by the lighting in which the heat is strongest. */
  lightings: readonly LightingStats[];
  suspectLabels: readonly SuspectLabel[];
  suspectGoldens: readonly SuspectGolden[];
  spotChecks: readonly SpotCheck[];
  dropN: readonly DropN[];
  report: string;
}>;

export type LightingStats = Readonly<{
  lighting: string;
  weak: number;
  falseAlarms: number;
  escapes: number;
  meanScore: number;
  meanPeak: number;
}>;
