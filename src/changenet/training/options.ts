import type { PairRow } from "../../dataset/row.js";
import type { Emit } from "../../kit/events.js";
import type { ChangeNetSpec } from "../spec/types.js";
import { stepPlan } from "./schedule.js";
import { SHARDS } from "./setup.js";

export type TrainOptions = Readonly<{
  spec: ChangeNetSpec;
  train: readonly PairRow[];
  validation: readonly PairRow[];
  outDir: string;
  seed: number;
  /** Start from these weights (.onnx checkpoint or .safetensors) instead of random ones. */
  pretrained?: string;
  workers: number;
  emit: Emit;
  signal?: AbortSignal;
}>;

export type TrainResult = Readonly<{
  bestCheckpoint: string;
  latestCheckpoint: string;
  bestEpoch: number;
  latestEpoch: number;
  valLoss: number;
  epochs: number;
  steps: number;
  seconds: number;
  pairsPerSecond: number;
}>;

/** Sizes of a training: pairs a step, steps in all and an epoch. */
export type Plan = Readonly<{ batch: number; total: number; perEpoch: number }>;

export function planOf({ spec, train }: TrainOptions): Plan {
  const batch = Math.max(2 * SHARDS, Math.ceil(spec.batchSize / SHARDS) * SHARDS);
  const bounds = { min: spec.builtin.minSteps, max: spec.builtin.maxSteps };
  return { batch, ...stepPlan(train.length, batch, spec.numEpochs, bounds) };
}
