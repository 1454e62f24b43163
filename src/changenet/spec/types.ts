import type { Architecture } from "../net/config.js";
import type { Policy } from "../training/schedule.js";

/** Random changes of a training pair; the same for golden and test (contract 10.6). */
export type Augmentation = Readonly<{
  enabled: boolean;
  horizontalFlip: number;
  verticalFlip: number;
  rotation: Readonly<{ probability: number; angles: readonly number[] }>;
  /** Jitter ranges; `probability` is the chance that it is applied. */
  color: Readonly<{
    probability: number;
    brightness: number;
    contrast: number;
    saturation: number;
    hue: number;
  }>;
  /** Zoom by 0.8 … 1.2 at a random place. */
  scaledCrop: boolean;
  /** Gaussian blur with a radius of 0 … 1. */
  blur: boolean;
  /** Contrast (±) and offset (± half of it, of the full range) of the test image alone: lighting drift. Builtin only. */
  testJitter: number;
}>;

/** Settings that only the built-in toolkit knows: the `model.builtin` part of the spec. */
export type BuiltinOptions = Readonly<{
  lr: number | undefined;
  policy: Policy | undefined;
  /** Share of a batch that is PASS rows with a synthetic defect painted in. */
  syntheticShare: number;
  /** Probability that a row is compared with another PASS picture of its component instead of its golden. */
  goldenSwap: number;
  /** The number of steps is kept within these bounds whatever the number of rows. */
  minSteps: number;
  maxSteps: number;
  /** Validations without improvement before training stops; 0 switches early stopping off. */
  patience: number;
  /** Weight of the loss that asks for a painted defect to be found at its place. */
  mapLoss: number;
  architecture: Architecture;
}>;

/** The part of the TAO VCN spec that both toolkits understand, with defaults (contract 10.1). */
export type ChangeNetSpec = Readonly<{
  /** The whole YAML tree, unknown keys included: what derived specs are written from. */
  raw: Record<string, unknown>;
  numEpochs: number;
  batchSize: number;
  lr: number;
  policy: Policy;
  weightDecay: number;
  /** Loss weights of PASS and NG. */
  clsWeight: readonly [number, number];
  validationInterval: number;
  checkpointInterval: number;
  fpratioSampling: number;
  imageWidth: number;
  imageHeight: number;
  imageExt: string;
  /** Keys of `input_map` in file order; empty: file names without a lighting suffix. */
  lights: readonly string[];
  concatType: "linear" | "grid";
  gridMap: Readonly<{ x: number; y: number }>;
  augmentation: Augmentation;
  color: "auto" | "gray" | "rgb";
  builtin: BuiltinOptions;
}>;
