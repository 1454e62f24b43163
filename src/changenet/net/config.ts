import type { RegistrationConfig } from "../graph/ops/registration.js";

/** One 3×3 convolution with batch normalisation and ReLU. */
export type BlockConfig = Readonly<{ out: number; stride: 1 | 2 }>;

/** Which images derived from the pair the first convolution sees. */
export type FeatureConfig = Readonly<{
  /** The raw images: both, only the test image, or none. */
  raw: "both" | "test" | "none";
  /** Radius of the local mean taken out before comparing; 0 compares raw values. */
  highPassRadius: number;
  /** |test − golden|. */
  absolute: boolean;
  /** test − golden. */
  signed: boolean;
  /**
   * For each radius r: how far the test image lies above the greatest and below the least golden value within r,
   * and the same with the roles swapped. Zero where a misalignment of up to r pixels explains the difference.
   */
  envelopeRadii: readonly number[];
}>;

/** The change network, whole: enough to build its training step and its checkpoint. */
export type NetworkConfig = Readonly<{
  channels: 1 | 3;
  height: number;
  width: number;
  registration: RegistrationConfig;
  features: FeatureConfig;
  blocks: readonly BlockConfig[];
  /** How position scores become one score: smooth maximum or maximum. */
  pooling: "logsumexp" | "max";
}>;

/** The largest reduction of all strides; image sides must be divisible by it. */
export function totalStride(config: NetworkConfig): number {
  return config.blocks.reduce((product, block) => product * block.stride, 1);
}

export const DEFAULT_ARCHITECTURE: Pick<NetworkConfig, "registration" | "features" | "blocks" | "pooling"> = {
  registration: { maxShift: 12, highPassRadius: 8, penalty: 0.02 },
  features: { raw: "both", highPassRadius: 0, absolute: true, signed: false, envelopeRadii: [1, 2] },
  blocks: [
    { out: 16, stride: 2 },
    { out: 16, stride: 1 },
    { out: 32, stride: 2 },
    { out: 32, stride: 1 },
    { out: 32, stride: 1 },
  ],
  pooling: "logsumexp",
};
