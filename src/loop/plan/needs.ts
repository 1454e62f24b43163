import { type ChangeNetSpec, inputSize, preprocessingOf, TRAINING_SHARDS } from "../../changenet/index.js";
import type { Workspace } from "../../dataset/index.js";
import type { Plan } from "./types.js";

const MIB = 2 ** 20;

/** The sizes that time, memory and disk depend on. */
export type Sizes = Readonly<{
  /** Sides of what the network takes: all lightings laid out, in pixels. */
  width: number;
  height: number;
  channels: 1 | 3;
  lights: number;
  /** Pixels of one crop file as it lies on disk. */
  cropPixels: number;
}>;

/** Sizes of a plan's pairs; the network's from the spec, the files' from the images themselves. */
export function sizesOf(spec: ChangeNetSpec, workspace: Pick<Workspace, "crops" | "traits">): Sizes {
  const gray = spec.color === "gray" || (spec.color === "auto" && workspace.traits.gray);
  const channels = gray ? 1 : 3;
  const { width, height } = inputSize(preprocessingOf(spec, channels));
  const crops = workspace.crops ?? { width: spec.imageWidth, height: spec.imageHeight };
  return {
    width,
    height,
    channels,
    lights: Math.max(1, spec.lights.length),
    cropPixels: crops.width * crops.height,
  };
}

/** Measured for the default network, 48 to 448 pixels a side: resident bytes per pair in work and input pixel. */
const STEP_BYTES = 620;
/** A worker thread with its own session, before any image. */
const THREAD_BYTES = 60 * MIB;
/** Node, this program and the shared weights. */
const BASE_BYTES = 120 * MIB;
/** Aligned pairs are kept decoded up to this much (changenet/training/setup.ts). */
const CACHE_BYTES = 1.5e9;
/** Pairs that a worker has in work while it decodes. */
const TILE = 16;

type Counts = Pick<Plan, "parameters" | "data">;

/** Bytes that the largest stage, a training, holds at its peak. */
export function memoryNeed({ parameters: p, data }: Counts, sizes: Sizes): number {
  const workers = p.workers.value;
  const pixels = sizes.width * sizes.height;
  const inWork = (p.batch_size.value / TRAINING_SHARDS) * Math.min(workers, TRAINING_SHARDS);
  const rows = data.tables.train.rows + data.tables.validation.rows;
  const decoding = workers * TILE * 2 * sizes.lights * sizes.cropPixels * sizes.channels;
  const cache = Math.min(CACHE_BYTES, 2 * rows * pixels * sizes.channels);
  return BASE_BYTES + workers * THREAD_BYTES + inWork * pixels * STEP_BYTES + cache + decoding;
}

/** One checkpoint of the default network, in bytes. */
const CHECKPOINT_BYTES = 0.5 * MIB;
/** Tables, charts, heat maps and reports of one label. */
const LABEL_BYTES = 4 * MIB;
/** The HTML report and the bundle. */
const END_BYTES = 10 * MIB;
/** Embeddings, candidates and ledgers of one pool row, an iteration. */
const POOL_ROW_BYTES = 4096;
/** Pictures that the generator keeps of a synthetic pair and lighting: staged, result, masks, crops. */
const PICTURES = 12;

/** Bytes that a run of this size writes when it uses all its iterations; measured runs wrote half to all of it. */
export function diskNeed({ parameters: p, data }: Counts, sizes: Sizes, checkpoints: number): number {
  const iterations = p.max_iterations.value;
  const label = LABEL_BYTES + (checkpoints + 3) * CHECKPOINT_BYTES;
  const synthetic = p.num_sdg.value * PICTURES * sizes.lights * sizes.cropPixels * 3;
  const mining = (data.tables.pool?.rows ?? 0) * POOL_ROW_BYTES;
  return END_BYTES + (iterations + 1) * label + iterations * (synthetic + mining);
}
