import type { PairRow } from "../../dataset/row.js";
import type { Preprocessing } from "../data/preprocessing.js";
import type { Normalisation } from "./normalisation.js";

/** Rows that run through the network together: fixed, so that a score does not depend on its neighbours. */
export const TILE = 16;

/** Rows of one task: small enough for even load and steady progress. */
export const CHUNK = 4 * TILE;

export type Output = "score" | "heat" | "embedding";

/** Given to each worker once. */
export type PairSetup = Readonly<{
  model: Uint8Array;
  preprocessing: Preprocessing;
  output: Output;
  /** Floats of the output for one row. */
  width: number;
}>;

export type PairTask = Readonly<{ rows: readonly Pick<PairRow, "test" | "golden">[] }>;

/** `data` holds rows × width floats; `scores` one a row. */
export type PairResult = Readonly<{ data: Float32Array; scores: Float32Array }>;

export type ImageSetup = Readonly<{
  model: Uint8Array;
  input: string;
  output: string;
  channels: 1 | 3;
  height: number;
  width: number;
  /** Images that run together; 1 when the model has a fixed batch of 1. */
  tile: number;
  normalisation: Normalisation;
}>;

export type ImageTask = Readonly<{ files: readonly string[] }>;
