/** The change network: read its spec, train it, score pairs, embed them and show where they differ. */

export { type Checkpoint, decodeCheckpoint, readCheckpoint } from "./checkpoint.js";
export { detectChannels } from "./data/load.js";
export { inputSize, type Preprocessing, preprocessingOf } from "./data/preprocessing.js";
export { describeEncoder, type EncoderInput, embedImages } from "./inference/images.js";
export { encoderConfigFile } from "./inference/normalisation.js";
export { embed, type HeatMap, heatmaps, type PairOptions, score } from "./inference/pairs.js";
export { BUILTIN_BACKBONE, BUILTIN_DEFAULTS, defaultSpecTree } from "./spec/default.js";
export { parseSpec } from "./spec/parse.js";
export type { Augmentation, BuiltinOptions, ChangeNetSpec } from "./spec/types.js";
export type { TrainOptions, TrainResult } from "./training/options.js";
export { stepPlan } from "./training/schedule.js";
export { SHARDS as TRAINING_SHARDS } from "./training/setup.js";
export { encodeStartWeights } from "./training/start.js";
export { train } from "./training/train.js";
