import { availableParallelism } from "node:os";
import path from "node:path";
import { ReflowError } from "../../kit/index.js";
import { type MetricContract, parseClaim, parseMetric, recallTarget } from "../../metric/index.js";
import { type SpecTree, valueAt } from "../spec.js";
import type { Parameters, RunOptions, Source, Sourced } from "./types.js";

/** Defaults of contract 12.2. The similarity cut-off is always written out (trap T5). */
export const DEFAULTS = {
  seed: 1,
  numSdg: 20,
  topK: 5,
  minSimilarity: 0.9,
  rcaTopK: 50,
  epochs: 10,
  batchSize: 16,
} as const;

/** Checks the options that need no data. Throws usage errors that name the option. */
export function checkOptions(o: RunOptions): { contract: MetricContract } {
  whole("--max-iterations", o.maxIterations, 1, 1000);
  if (o.seed !== undefined) whole("--seed", o.seed, 0, 2 ** 31 - 1);
  if (o.epochs !== undefined) whole("--epochs", o.epochs, 1, 100_000);
  if (o.numSdg !== undefined) whole("--num-sdg", o.numSdg, 0, 100_000);
  if (o.topK !== undefined) whole("--top-k", o.topK, 1, 10_000);
  if (o.workers !== undefined) whole("--workers", o.workers, 1, 512);
  if (o.minSimilarity !== undefined && !(o.minSimilarity >= -1 && o.minSimilarity <= 1))
    throw usage("option_range", `--min-similarity must be between -1 and 1, not ${o.minSimilarity}`);
  if (o.claim !== undefined) parseClaim(o.claim);
  return { contract: parseMetric(o.kpi) };
}

/** Every parameter with its value and where it came from. `tree` is the spec, `fromFile` whether it is the customer's. */
export function resolveParameters(
  o: RunOptions,
  contract: MetricContract,
  tree: SpecTree,
  fromFile: boolean,
): Parameters {
  const pick = <T>(own: T | undefined, fallback: T): Sourced<T> =>
    own === undefined ? { value: fallback, source: "default" } : { value: own, source: "user" };
  const spec = (key: string, own: number | undefined, fallback: number): Sourced<number> => {
    if (own !== undefined) return { value: own, source: "user" };
    const found = valueAt(tree, key);
    const source: Source = fromFile ? "spec" : "default";
    return typeof found === "number" ? { value: found, source } : { value: fallback, source: "default" };
  };
  return {
    kpi: { value: o.kpi, source: "user" },
    max_iterations: { value: o.maxIterations, source: "user" },
    claim: pick<string | null>(o.claim, null),
    seed: pick(o.seed, DEFAULTS.seed),
    num_epochs: spec("train.num_epochs", o.epochs, DEFAULTS.epochs),
    batch_size: spec("dataset.classify.batch_size", undefined, DEFAULTS.batchSize),
    num_sdg: pick(o.numSdg, DEFAULTS.numSdg),
    top_k_per_target: pick(o.topK, DEFAULTS.topK),
    min_similarity: pick(o.minSimilarity, DEFAULTS.minSimilarity),
    rca_top_k_per_label: pick(undefined, DEFAULTS.rcaTopK),
    min_recall: { value: recallTarget(contract), source: "user" },
    workers: pick(o.workers, availableParallelism()),
    encoder: pick<string | null>(o.encoder && path.resolve(o.encoder), null),
    toolkit: pick(undefined, "builtin"),
    platform: pick(undefined, "local"),
    network_mode: { value: "airgap", source: "default" },
    baseline_checkpoint: pick<string | null>(
      o.baselineCheckpoint && path.resolve(o.baselineCheckpoint),
      null,
    ),
  };
}

function whole(option: string, value: number, low: number, high: number): void {
  if (!Number.isSafeInteger(value) || value < low || value > high)
    throw usage("option_range", `${option} must be a whole number from ${low} to ${high}, not ${value}`);
}

function usage(code: string, message: string): ReflowError {
  return new ReflowError("usage", code, message, "`reflow plan --help` lists the options.");
}
