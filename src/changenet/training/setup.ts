import type { PairRow } from "../../dataset/row.js";
import type { ImageShape } from "../data/align.js";
import type { Preprocessing } from "../data/preprocessing.js";
import type { NetworkConfig } from "../net/config.js";
import { layoutOf } from "../net/parameters.js";
import type { Augmentation } from "../spec/types.js";
import { SLOT } from "./exemplar-slots.js";
import type { StandIns } from "./stand-ins.js";

/** A batch is always cut into this many shards, so that results do not depend on the number of workers. */
export const SHARDS = 2;

/** Rows run through a network together outside training. Fixed: a result must not depend on its neighbours. */
export const TILE = 16;

/** What every training worker is given once. The arrays are shared memory. */
export type Setup = Readonly<{
  config: NetworkConfig;
  preprocessing: Preprocessing;
  augmentation: Augmentation;
  clsWeight: readonly [number, number];
  ngShare: number;
  /** Weight of the loss on the place of painted defects. */
  mapLoss: number;
  /** Defects of this data have a place: paint near real ones. */
  placed: boolean;
  /** Probability that a row is compared with one of its stand-ins instead of its golden. */
  goldenSwap: number;
  standIns: StandIns;
  seed: number;
  shardSize: number;
  /** Training rows first, then validation rows. */
  rows: readonly Pick<PairRow, "test" | "golden" | "ng">[];
  /** Rows kept decoded and aligned in `test` and `golden`; the others are decoded when needed. */
  cachedRows: number;
  test: Uint8Array;
  golden: Uint8Array;
  /** dy, dx of every row. */
  shifts: Int16Array;
  /** Rows whose real defect is cut out as an exemplar, one slot each, and the slots. */
  exemplarRows: readonly number[];
  exemplars: Float32Array;
  parameters: Float32Array;
  /** One gradient and one set of batch statistics a shard. */
  gradients: readonly Float32Array[];
  statistics: readonly Float32Array[];
}>;

type SharedPart = "test" | "golden" | "shifts" | "exemplars" | "parameters" | "gradients" | "statistics";

/** Decoded pairs kept in memory at most. */
const CACHE_BYTES = 1.5e9;

/** Allocates the shared memory of a training. */
export function allocate(
  config: NetworkConfig,
  rows: Setup["rows"],
  rest: Omit<Setup, "config" | "rows" | "cachedRows" | SharedPart>,
): Setup {
  const size = pairSize(config);
  const layout = layoutOf(config);
  const cachedRows = Math.min(rows.length, Math.floor(CACHE_BYTES / (2 * size)));
  const floats = (length: number) => new Float32Array(new SharedArrayBuffer(length * 4));
  const bytes = (length: number) => new Uint8Array(new SharedArrayBuffer(length));
  return {
    ...rest,
    config,
    rows,
    cachedRows,
    test: bytes(cachedRows * size),
    golden: bytes(cachedRows * size),
    shifts: new Int16Array(new SharedArrayBuffer(rows.length * 4)),
    exemplars: floats(rest.exemplarRows.length * SLOT),
    parameters: floats(layout.parameterCount),
    gradients: Array.from({ length: SHARDS }, () => floats(layout.parameterCount)),
    statistics: Array.from({ length: SHARDS }, () => floats(layout.statisticCount)),
  };
}

export function pairSize({ channels, height, width }: ImageShape): number {
  return channels * height * width;
}
