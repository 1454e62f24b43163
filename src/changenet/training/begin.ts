import path from "node:path";
import { stringify } from "yaml";
import type { PairRow } from "../../dataset/row.js";
import { hashFile, hashText, writeFileAtomic } from "../../kit/files.js";
import { seeded } from "../../kit/random.js";
import { detectChannels } from "../data/load.js";
import { inputSize, preprocessingOf } from "../data/preprocessing.js";
import type { NetworkConfig } from "../net/config.js";
import type { Weights } from "../net/parameters.js";
import { exemplarRowsOf } from "./exemplar-slots.js";
import { newMoments } from "./optimiser.js";
import { planOf, type TrainOptions } from "./options.js";
import { placedRows } from "./placed.js";
import { makeSampler } from "./sampler.js";
import { allocate, type Setup, SHARDS } from "./setup.js";
import { goldenKeys, standInsOf } from "./stand-ins.js";
import { startWeights } from "./start.js";
import type { Progress, Saved, StateArrays } from "./state.js";
import { record } from "./status.js";

/** Changes when the same inputs would train differently: an old state is then not continued. */
const RECIPE = 4;

/** A training in memory. `arrays.parameters` is the shared array that the workers read. */
export type Begun = {
  readonly setup: Setup;
  readonly arrays: StateArrays;
  /** The weights of the checkpoint that a warm start began from. */
  readonly anchor: Weights | undefined;
  progress: Progress;
};

/** Hash of everything that determines the result of a training. */
export async function fingerprintOf(o: TrainOptions): Promise<string> {
  const rows = (list: readonly PairRow[]) => list.map((row) => [row.ng, row.test, row.golden]);
  const start = o.pretrained === undefined ? null : await hashFile(o.pretrained);
  const { raw: _, ...spec } = o.spec;
  return hashText(JSON.stringify([RECIPE, spec, o.seed, start, rows(o.train), rows(o.validation)]));
}

/** Sets up memory and state, new or from the saved state. */
export async function begin(o: TrainOptions, fingerprint: string, saved: Saved | undefined): Promise<Begun> {
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
      goldenSwap: spec.builtin.goldenSwap,
      standIns: standInsOf(o.train, spec.builtin.goldenSwap > 0 ? await goldenKeys(o.train) : undefined),
      seed: o.seed,
      shardSize: batch / SHARDS,
    },
  );
  const start = await startWeights(config, o.seed, o.pretrained);
  const anchor = o.pretrained === undefined ? undefined : start;
  if (saved) {
    setup.parameters.set(saved.arrays.parameters);
    return {
      setup,
      arrays: { ...saved.arrays, parameters: setup.parameters },
      anchor,
      progress: saved.progress,
    };
  }
  setup.parameters.set(start.parameters);
  const moments = newMoments(start.parameters.length);
  await writeFileAtomic(path.join(o.outDir, "experiment.yaml"), stringify(spec.raw));
  return {
    setup,
    anchor,
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

export function samplerOf({ spec, train, seed }: TrainOptions, batch: number) {
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
