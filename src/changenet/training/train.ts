import { mkdir } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import type { PairRow } from "../../dataset/row.js";
import { ReflowError } from "../../kit/errors.js";
import type { Emit } from "../../kit/events.js";
import { hashFile, hashText, writeFileAtomic } from "../../kit/files.js";
import { seeded } from "../../kit/random.js";
import { encodeCheckpoint } from "../checkpoint.js";
import { detectChannels } from "../data/load.js";
import { inputSize, preprocessingOf } from "../data/preprocessing.js";
import { interrupted, oneClass } from "../errors.js";
import { evaluationModel } from "../net/checkpoint-graph.js";
import type { NetworkConfig } from "../net/config.js";
import { layoutOf } from "../net/parameters.js";
import { encodeModel } from "../onnx/model.js";
import type { ChangeNetSpec } from "../spec/types.js";
import {
  bestName,
  checkpointName,
  clearFolder,
  clearTemporary,
  writeBest,
  writeLatest,
} from "./checkpoints.js";
import { exemplarRowsOf } from "./exemplar-slots.js";
import { adamW, clipNorm, moveAverage, newMoments } from "./optimiser.js";
import { placedRows } from "./placed.js";
import { progressReporter } from "./progress.js";
import { makeSampler } from "./sampler.js";
import { rateFactor, stepPlan } from "./schedule.js";
import { allocate, type Setup, SHARDS, TILE } from "./setup.js";
import { startWeights } from "./start.js";
import { type Progress, readState, type StateArrays, writeState } from "./state.js";
import { DONE_MESSAGE, EVAL_MESSAGE, LOOP_MESSAGE, record, writeStatus } from "./status.js";
import { openTeam, type Team } from "./team.js";
import { validationMetrics } from "./validation.js";

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

const STATE_FILE = "trainer.state";
const STATUS_FILE = "status.json";
/** Changes when the same inputs would train differently: an old state is then not continued. */
const RECIPE = 2;
const CLIP = 2;
const AVERAGE = 0.99;
const NORM_MOMENTUM = 0.1;
/** Rows of one preparation or validation task. */
const CHUNK = 4 * TILE;

/**
 * Trains the change network into `outDir` (file names of contract 10.5). A second call with the same arguments
 * continues an interrupted training, or returns at once when it is finished; the bytes of the result are the
 * same either way, and for any number of workers.
 * Throws `one_class`, `no_rows`, `pretrained_mismatch`, `loss_not_finite`, image errors, `interrupted`.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  checkRows(options);
  const fingerprint = await fingerprintOf(options);
  const stateFile = path.join(options.outDir, STATE_FILE);
  await mkdir(options.outDir, { recursive: true });
  const saved = await readState(stateFile, fingerprint);
  await clearTemporary(options.outDir);
  if (!saved) await clearFolder(options.outDir);
  const plan = planOf(options);
  if (saved?.progress.finished) return resultOf(saved.progress, options, plan);
  const begun = await begin(options, fingerprint, saved);
  const team = openTeam(begun.setup, Math.max(1, options.workers));
  try {
    await prepare(team, begun.setup, options);
    const progress = await trainEpochs(team, begun, options, plan);
    return resultOf(progress, options, plan);
  } catch (error) {
    await reportFailure(options, begun, error);
    throw error;
  } finally {
    await team.close();
  }
}

type Plan = Readonly<{ batch: number; total: number; perEpoch: number }>;
type Begun = { setup: Setup; arrays: StateArrays; progress: Progress };

function planOf({ spec, train }: TrainOptions): Plan {
  const batch = Math.max(2 * SHARDS, Math.ceil(spec.batchSize / SHARDS) * SHARDS);
  const bounds = { min: spec.builtin.minSteps, max: spec.builtin.maxSteps };
  return { batch, ...stepPlan(train.length, batch, spec.numEpochs, bounds) };
}

function checkRows({ train, validation }: TrainOptions): void {
  if (!train.some((row) => row.ng === 0)) throw oneClass("training", "PASS");
  if (!train.some((row) => row.ng === 1)) throw oneClass("training", "NG");
  if (validation.length === 0)
    throw new ReflowError(
      "data",
      "no_rows",
      "there are no validation rows",
      "Add held-out rows: they choose the best checkpoint.",
    );
}

async function fingerprintOf(o: TrainOptions): Promise<string> {
  const rows = (list: readonly PairRow[]) => list.map((row) => [row.ng, row.test, row.golden]);
  const start = o.pretrained === undefined ? null : await hashFile(o.pretrained);
  const { raw: _, ...spec } = o.spec;
  return hashText(JSON.stringify([RECIPE, spec, o.seed, start, rows(o.train), rows(o.validation)]));
}

/** Sets up memory and state, new or from the saved state. */
async function begin(
  o: TrainOptions,
  fingerprint: string,
  saved: Awaited<ReturnType<typeof readState>>,
): Promise<Begun> {
  const { spec } = o;
  const channels = saved?.progress.channels ?? (await channelsOf(o));
  const preprocessing = preprocessingOf(spec, channels);
  const config: NetworkConfig = { channels, ...inputSize(preprocessing), ...spec.builtin.architecture };
  const { batch } = planOf(o);
  const setup = allocate(
    config,
    [...o.train, ...o.validation].map(({ test, golden, ng }) => ({ test, golden, ng })),
    {
      preprocessing,
      augmentation: spec.augmentation,
      clsWeight: spec.clsWeight,
      ngShare: samplerOf(o, batch).ngShare,
      mapLoss: spec.builtin.syntheticShare > 0 ? spec.builtin.mapLoss : 0,
      placed: placedRows(o.train) !== undefined,
      exemplarRows: spec.builtin.syntheticShare > 0 ? exemplarRowsOf(o.train.map((row) => row.ng)) : [],
      seed: o.seed,
      shardSize: batch / SHARDS,
    },
  );
  if (saved) {
    setup.parameters.set(saved.arrays.parameters);
    return { setup, arrays: { ...saved.arrays, parameters: setup.parameters }, progress: saved.progress };
  }
  const start = await startWeights(config, o.seed, o.pretrained);
  setup.parameters.set(start.parameters);
  const moments = newMoments(start.parameters.length);
  await writeFileAtomic(path.join(o.outDir, "experiment.yaml"), stringify(spec.raw));
  return {
    setup,
    arrays: {
      parameters: setup.parameters,
      statistics: start.statistics.slice(),
      ...moments,
      averageParameters: start.parameters.slice(),
      averageStatistics: start.statistics.slice(),
    },
    progress: {
      fingerprint,
      epoch: 0,
      seconds: 0,
      finished: false,
      best: undefined,
      latest: undefined,
      validationsSinceBest: 0,
      channels,
      status: [record("STARTED", "Starting Training Loop.")],
    },
  };
}

async function channelsOf({ spec, train }: TrainOptions): Promise<1 | 3> {
  if (spec.color !== "auto") return spec.color === "gray" ? 1 : 3;
  return detectChannels(train.slice(0, 16).flatMap((row) => [...row.test, ...row.golden]));
}

function samplerOf({ spec, train, seed }: TrainOptions, batch: number) {
  const paintable = placedRows(train);
  return makeSampler(
    train.map((row) => row.ng),
    {
      batch,
      fpratioSampling: spec.fpratioSampling,
      syntheticShare: spec.builtin.syntheticShare,
      ...(paintable ? { paintable } : {}),
    },
    seeded(seed).fork("sampler"),
  );
}

/** Decodes and registers every pair once, in parallel. */
async function prepare(team: Team, setup: Setup, { emit, signal }: TrainOptions): Promise<void> {
  const total = setup.rows.length;
  const report = progressReporter(emit, "prepare", total, "pairs");
  let done = 0;
  await Promise.all(
    chunks(total).map(async ([from, to]) => {
      if (signal?.aborted) return;
      await team.run({ kind: "prepare", from, to });
      done += to - from;
      report(done, {});
    }),
  );
  if (signal?.aborted) throw interrupted("training");
}

async function trainEpochs(team: Team, begun: Begun, o: TrainOptions, plan: Plan): Promise<Progress> {
  const { spec, outDir } = o;
  const sampler = samplerOf(o, plan.batch);
  const report = progressReporter(o.emit, "train", plan.total, "steps", begun.progress.epoch * plan.perEpoch);
  const started = performance.now();
  const before = begun.progress.seconds;
  while (!begun.progress.finished) {
    const epoch = begun.progress.epoch;
    let loss = 0;
    for (let i = 0; i < plan.perEpoch; i++) {
      if (o.signal?.aborted) throw interrupted("training");
      const step = epoch * plan.perEpoch + i;
      loss += await trainStep(team, begun, o, plan, sampler.batch(step), step);
      report(step + 1, { loss: loss / (i + 1), epoch, pairs: plan.batch });
    }
    begun.progress = await closeEpoch(team, begun, o, plan, loss / plan.perEpoch);
    begun.progress = { ...begun.progress, seconds: before + (performance.now() - started) / 1000 };
    await writeStatus(path.join(outDir, STATUS_FILE), begun.progress.status);
    await writeState(path.join(outDir, STATE_FILE), begun.progress, begun.arrays);
    if (begun.progress.epoch >= spec.numEpochs && !begun.progress.finished)
      throw new RangeError("the last epoch did not finish the training");
  }
  return begun.progress;
}

/** One optimiser step; gives the loss of the batch. */
async function trainStep(
  team: Team,
  { setup, arrays }: Begun,
  { spec }: TrainOptions,
  plan: Plan,
  draws: ReturnType<ReturnType<typeof makeSampler>["batch"]>,
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
  const rate = spec.lr * rateFactor(spec.policy, step, plan.total, spec.numEpochs);
  adamW(
    arrays.parameters,
    gradient,
    { first: arrays.first, second: arrays.second },
    decayMask(setup.config),
    {
      rate,
      weightDecay: spec.weightDecay,
      step: step + 1,
    },
  );
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

function decayMask(config: NetworkConfig): Uint8Array {
  const layout = layoutOf(config);
  const mask = new Uint8Array(layout.parameterCount);
  for (const slot of layout.parameters) if (slot.decay) mask.fill(1, slot.offset, slot.offset + slot.size);
  return mask;
}

/** Validation and checkpoints at the end of an epoch; gives the progress after it. */
async function closeEpoch(
  team: Team,
  begun: Begun,
  o: TrainOptions,
  plan: Plan,
  trainLoss: number,
): Promise<Progress> {
  const { spec, outDir } = o;
  const { setup, arrays, progress } = begun;
  const { epoch } = progress;
  const step = (epoch + 1) * plan.perEpoch;
  const last = epoch + 1 >= spec.numEpochs;
  const weights = { parameters: arrays.averageParameters, statistics: arrays.averageStatistics };
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

async function validate(
  team: Team,
  setup: Setup,
  o: TrainOptions,
  weights: { parameters: Float32Array; statistics: Float32Array },
  version: number,
) {
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

function chunks(total: number): [number, number][] {
  return Array.from({ length: Math.ceil(total / CHUNK) }, (_, i) => [
    i * CHUNK,
    Math.min(total, (i + 1) * CHUNK),
  ]);
}

function resultOf(progress: Progress, o: TrainOptions, plan: Plan): TrainResult {
  const { best, latest } = progress;
  if (!best || !latest) throw new RangeError("training finished without a checkpoint");
  const steps = progress.epoch * plan.perEpoch;
  return {
    bestCheckpoint: path.join(o.outDir, best.file),
    latestCheckpoint: path.join(o.outDir, latest.file),
    bestEpoch: best.epoch,
    latestEpoch: latest.epoch,
    valLoss: best.valLoss,
    epochs: progress.epoch,
    steps,
    seconds: progress.seconds,
    pairsPerSecond: (steps * plan.batch) / Math.max(1e-9, progress.seconds),
  };
}

/** Adds a FAILURE line to status.json, as upstream's readers expect; the state stays as it was. */
async function reportFailure(o: TrainOptions, { progress }: Begun, error: unknown): Promise<void> {
  const message =
    error instanceof ReflowError && error.kind === "interrupted" ? "User/System interruption" : String(error);
  const lines = [...progress.status, record("FAILURE", message)];
  await writeStatus(path.join(o.outDir, STATUS_FILE), lines).catch(() => {});
}

function notFinite(step: number): ReflowError {
  return new ReflowError(
    "stage",
    "loss_not_finite",
    `the training loss is not a number at step ${step}`,
    "Lower train.optim.lr and look for broken images with `reflow doctor --decode`.",
  );
}
