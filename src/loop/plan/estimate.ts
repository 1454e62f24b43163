import { type ChangeNetSpec, stepPlan, TRAINING_SHARDS } from "../../changenet/index.js";
import type { Sizes } from "./needs.js";
import type { Plan } from "./types.js";

/**
 * What one core of a small server (AMD EPYC, otherwise idle) took, in seconds. Measured on whole stages of demo,
 * DeepPCB and ball screw runs (64 × 128 to 128 × 128 input pixels): within a fifth of each other.
 */
export const COSTS = {
  /** A training pair, for each input pixel: sample, forward, backward, optimiser. */
  trainPixel: 0.5e-6,
  /** Scoring or embedding a pair: decoding, and for each input pixel. */
  scorePair: 2e-3,
  scorePixel: 0.5e-6,
  /** Looking for a place and drawing a synthetic pair, with its refused candidates. */
  syntheticPair: 0.4,
  /** Program starts, tables, charts and reports of one label. */
  label: 12,
} as const;

export type Estimate = Readonly<{
  /** Whole minutes until the baseline is evaluated, and when every iteration is needed. */
  baseline: number;
  all: number;
  /** What the numbers rest on, in words. */
  basis: string;
}>;

/**
 * The running time from measured costs per pair and pixel, times what the plan asks for, over the cores. Training
 * uses at most {@link TRAINING_SHARDS} of them. Early stopping and an early met target make a run shorter, other
 * work on the machine makes it longer. The same plan gives the same numbers on the same machine.
 */
export function estimateRun(
  { parameters: p, data }: Pick<Plan, "parameters" | "data">,
  spec: ChangeNetSpec,
  sizes: Sizes,
): Estimate {
  const { tables } = data;
  const pixels = sizes.width * sizes.height;
  const batch = spec.batchSize;
  const bounds = { min: spec.builtin.minSteps, max: spec.builtin.maxSteps };
  const workers = Math.max(1, p.workers.value);
  const trainers = Math.min(workers, TRAINING_SHARDS);
  const pair = COSTS.scorePair * sizes.lights + COSTS.scorePixel * pixels;
  const steps = (rows: number) => stepPlan(rows, batch, spec.numEpochs, bounds).total;
  const training = (rows: number) => {
    const validations = Math.max(1, spec.numEpochs / spec.validationInterval);
    const looked = rows + tables.validation.rows * (1 + validations);
    return (steps(rows) * batch * pixels * COSTS.trainPixel) / trainers + (looked * pair) / workers;
  };
  // Two checkpoints are scored.
  const measuring = (2 * tables.kpi.rows * pair) / workers + COSTS.label;
  const iterations = p.max_iterations.value;
  const grows = p.num_sdg.value + (tables.pool ? 2 * p.rca_top_k_per_label.value : 0);
  const seeded = p.baseline_checkpoint.value !== null;
  const baseline = (seeded ? 0 : training(tables.train.rows)) + measuring;
  let all = baseline + ((tables.kpi.rows + (tables.release?.rows ?? 0)) * pair) / workers;
  for (let i = 1; i <= iterations; i++)
    all +=
      training(tables.train.rows + i * grows) +
      measuring +
      (p.num_sdg.value * COSTS.syntheticPair) / workers +
      ((tables.pool?.rows ?? 0) * pair) / workers;
  const minutes = (seconds: number) => Math.max(1, Math.ceil(seconds / 60));
  return {
    baseline: minutes(baseline),
    all: minutes(all),
    basis:
      `${steps(tables.train.rows)} steps of ${batch} pairs a training, ${sizes.width}×${sizes.height} pixels, ` +
      `${COSTS.trainPixel * 1e6} µs a pixel and pair on ${trainers} ${trainers === 1 ? "core" : "cores"}; ` +
      `scoring ${(pair * 1e3).toFixed(1)} ms a pair on ${workers}; measured on an idle server core, ` +
      "early stopping is not counted",
  };
}
