import { encodeCheckpoint } from "../checkpoint.js";
import { evaluationModel } from "../net/checkpoint-graph.js";
import type { Weights } from "../net/parameters.js";
import { encodeModel } from "../onnx/model.js";
import type { Begun } from "./begin.js";
import { bestName, checkpointName, writeBest, writeLatest } from "./checkpoints.js";
import { chunks } from "./chunks.js";
import type { Plan, TrainOptions } from "./options.js";
import type { Setup } from "./setup.js";
import type { Progress } from "./state.js";
import { DONE_MESSAGE, EVAL_MESSAGE, LOOP_MESSAGE, record } from "./status.js";
import type { Team } from "./team.js";
import { type ValidationMetrics, validationMetrics } from "./validation.js";

/** Validation and checkpoints at the end of an epoch; gives the progress after it. */
export async function closeEpoch(
  team: Team,
  begun: Begun,
  o: TrainOptions,
  plan: Plan,
  trainLoss: number,
): Promise<Progress> {
  const { spec, outDir } = o;
  const { setup, progress } = begun;
  const { epoch } = progress;
  const step = (epoch + 1) * plan.perEpoch;
  const last = epoch + 1 >= spec.numEpochs;
  const weights = resultWeights(begun);
  const encode = () => encodeCheckpoint(setup.config, weights, setup.preprocessing);
  let { best, latest, validationsSinceBest } = progress;
  const status = [...progress.status];
  if (last || (epoch + 1) % spec.validationInterval === 0) {
    const metrics = await validate(team, setup, o, weights, epoch);
    status.push(record("RUNNING", EVAL_MESSAGE, { kpi: metrics }));
    validationsSinceBest++;
    if (!best || metrics.val_loss < best.valLoss) {
      best = { epoch, file: bestName(epoch, step), valLoss: metrics.val_loss };
      validationsSinceBest = 0;
      await writeBest(outDir, best.file, encode());
    }
  }
  const stop = last || (spec.builtin.patience > 0 && validationsSinceBest >= spec.builtin.patience);
  if (stop || (epoch + 1) % spec.checkpointInterval === 0) {
    latest = { epoch, file: checkpointName(epoch, step) };
    await writeLatest(outDir, latest.file, encode());
  }
  status.push(
    record("RUNNING", LOOP_MESSAGE, {
      epoch,
      max_epoch: spec.numEpochs - 1,
      step,
      kpi: { ...status.findLast((r) => r.kpi)?.kpi, train_loss: trainLoss },
    }),
  );
  if (stop) status.push(record("RUNNING", DONE_MESSAGE));
  return { ...progress, epoch: epoch + 1, finished: stop, best, latest, validationsSinceBest, status };
}

/**
 * The weights a checkpoint gets: the running average; after a warm start the point half-way between it and the
 * checkpoint it began from, which generalises better than either end (WiSE-FT, arXiv:2109.01903).
 */
export function resultWeights({ arrays, anchor }: Pick<Begun, "arrays" | "anchor">): Weights {
  const { averageParameters, averageStatistics } = arrays;
  if (!anchor) return { parameters: averageParameters, statistics: averageStatistics };
  const halfWay = (from: Float32Array, to: Float32Array) => to.map((value, i) => 0.5 * (value + from[i]));
  return {
    parameters: halfWay(anchor.parameters, averageParameters),
    statistics: halfWay(anchor.statistics, averageStatistics),
  };
}

async function validate(
  team: Team,
  setup: Setup,
  o: TrainOptions,
  weights: Weights,
  version: number,
): Promise<ValidationMetrics> {
  const model = encodeModel(evaluationModel(setup.config, weights));
  const first = o.train.length;
  const parts = await Promise.all(
    chunks(o.validation.length).map(([from, to]) =>
      team.run({ kind: "evaluate", version, model, from: first + from, to: first + to }),
    ),
  );
  const logits = parts.flatMap((part) => Array.from(part.logits ?? []));
  return validationMetrics(
    logits,
    o.validation.map((row) => row.ng),
    o.spec.clsWeight,
  );
}
