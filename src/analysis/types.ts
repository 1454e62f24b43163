import type { PairRow } from "../dataset/row.js";
import type { OperatingPoint, Rate } from "../metric/index.js";

/** A heat map at the network's input resolution, values 0…1; several lightings are tiled as the network sees them. */
export type HeatMap = Readonly<{ width: number; height: number; data: Float32Array; score: number }>;

/** Heat maps of the given rows, in their order. */
export type HeatSource = (rows: readonly PairRow[]) => Promise<readonly HeatMap[]>;

/** Embeddings of the given rows, row-major rows × dim, not normalised. */
export type EmbeddingSource = (
  rows: readonly PairRow[],
) => Promise<Readonly<{ dim: number; data: Float32Array }>>;

/** How the lightings are tiled in a heat map: `x` columns, `y` rows, filled row by row. */
export type Tiles = Readonly<{ x: number; y: number }>;

/** One row of the KPI set near or beyond the threshold on the wrong side. `index` is its place in the table. */
export type WeakSample = Readonly<{
  index: number;
  label: string;
  ng: 0 | 1;
  score: number;
  /** score − threshold for PASS, threshold − score for NG; positive = wrong (contract 5.1). */
  weakness: number;
  misclassified: boolean;
  inputPath: string;
  objectName: string;
  boardname: string;
  /** Where the heat is strongest; absent without a heat map. */
  heat?: HeatPlace;
  cluster?: string;
  /** File names inside rca_images/. */
  thumbnail?: string;
  overlay?: string;
}>;

/** Where a heat map points: peak in its lighting's tile (0…1), share of the heat near it, lighting number. */
export type HeatPlace = Readonly<{
  light: number;
  x: number;
  y: number;
  peak: number;
  /** Share of all heat within a ninth of the tile's area around the peak: 1 = one spot, about 0.1 = everywhere. */
  focus: number;
  place: string;
}>;

/** Statistics of one label over the whole KPI set (metrics.json `per_label`). */
export type LabelStats = Readonly<{
  label: string;
  total: number;
  ng: 0 | 1;
  misclassified: number;
  meanWeakness: number;
  medianWeakness: number;
  maxWeakness: number;
  minScore: number;
  maxScore: number;
  meanScore: number;
}>;

/** One value of one column (a board, a component, …). Rates have exact two-sided 95 % intervals. */
export type GroupStats = Readonly<{
  dimension: string;
  group: string;
  n: number;
  pass: number;
  ng: number;
  far: Rate;
  escape: Rate;
  meanPassScore: number;
  meanNgScore: number;
  /** Chance of at least this many false alarms if the group were like all rows; small = the group is worse. */
  p: number;
}>;

/** Weak samples that fail alike. */
export type FailureCluster = Readonly<{
  id: string;
  name: string;
  side: "false alarm" | "defect";
  size: number;
  misclassified: number;
  meanWeakness: number;
  labels: Readonly<Record<string, number>>;
  board?: Readonly<{ name: string; share: number }>;
  lighting?: Readonly<{ name: string; share: number }>;
  place?: string;
  /** Row indices, the most typical one first. */
  members: readonly number[];
}>;

/** A label that a person should look at again. `confidence` 0…1 orders the list; it is no probability. */
export type SuspectLabel = Readonly<{
  index: number;
  label: string;
  looksLike: "PASS" | "NG";
  score: number;
  confidence: number;
  evidence: string;
}>;

/** A golden image that a person should look at again. */
export type SuspectGolden = Readonly<{
  golden: string;
  reasons: readonly string[];
  rows: number;
  falseAlarms: number;
  confidence: number;
}>;

/** FAR at 100 % recall if the `dropped` lowest-scoring defects were not there. */
export type DropN = Readonly<{ dropped: number; point: OperatingPoint }>;
