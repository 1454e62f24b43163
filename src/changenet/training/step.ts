import { ReflowError } from "../../kit/errors.js";
import type { NetworkConfig } from "../net/config.js";
import { layoutOf } from "../net/parameters.js";
import type { Begun } from "./begin.js";
import { adamW, clipNorm, moveAverage } from "./optimiser.js";
import type { Plan, TrainOptions } from "./options.js";
import type { Draw } from "./sampler.js";
import { rateFactor } from "./schedule.js";
import { SHARDS } from "./setup.js";
import type { Team } from "./team.js";

/** Longest gradient, by Euclidean norm. */
const CLIP = 2;
/**
 * Learning rate of a warm start against a cold one. At the full rate a network that has already converged is shaken out
 * of its optimum: on a set without new real images every iteration was worse than the one before (docs).
 */
const WARM = 1 / 3;
/** Share that the averaged weights keep at each step, after a start in which they follow faster. */
const AVERAGE = 0.99;
/** Share of a batch's statistics in the running ones. */
const NORM_MOMENTUM = 0.1;

/** One optimiser step; gives the loss of the batch. */
export async function trainStep(
  team: Team,
  { setup, arrays }: Begun,
  decay: Uint8Array,
  { spec, pretrained }: TrainOptions,
  plan: Plan,
  draws: readonly Draw[],
  step: number,
): Promise<number> {
  const results = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) =>
      team.run({ kind: "step", step, shard, draws: draws.filter((_, i) => i % SHARDS === shard) }),
    ),
  );
  const loss = results.reduce((sum, r) => sum + (r.loss ?? 0), 0) / SHARDS;
  const gradient = averageOf(setup.gradients);
  const norm = clipNorm(gradient, CLIP);
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) throw notFinite(step);
  const lr = pretrained === undefined ? spec.lr : spec.lr * WARM;
  const rate = lr * rateFactor(spec.policy, step, plan.total, spec.numEpochs);
  adamW(arrays.parameters, gradient, { first: arrays.first, second: arrays.second }, decay, {
    rate,
    weightDecay: spec.weightDecay,
    step: step + 1,
  });
  moveAverage(arrays.statistics, averageOf(setup.statistics), 1 - NORM_MOMENTUM);
  const d = Math.min(AVERAGE, (step + 1) / (step + 10));
  moveAverage(arrays.averageParameters, arrays.parameters, d);
  moveAverage(arrays.averageStatistics, arrays.statistics, d);
  return loss;
}

/** Sums in a fixed order, so that the result does not depend on which worker was first. */
function averageOf(shards: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(shards[0]!.length);
  for (const shard of shards) for (let i = 0; i < out.length; i++) out[i] += shard[i] / shards.length;
  return out;
}

/** 1 for the weights that decay. */
export function decayMask(config: NetworkConfig): Uint8Array {
  const layout = layoutOf(config);
  const mask = new Uint8Array(layout.parameterCount);
  for (const slot of layout.parameters) if (slot.decay) mask.fill(1, slot.offset, slot.offset + slot.size);
  return mask;
}

function notFinite(step: number): ReflowError {
  return new ReflowError(
    "stage",
    "loss_not_finite",
    `the training loss is not a number at step ${step}`,
    "Lower train.optim.lr and look for broken images with `reflow doctor --decode`.",
  );
}
