import type { RegistrationConfig } from "../graph/ops/registration.js";

/** One 3×3 convolution with batch normalisation and ReLU. */
export type BlockConfig = Readonly<{ out: number; stride: 1 | 2 }>;

/**
 * Which images derived from the pair the first convolution sees. Differences are taken between grey images; colour
 * enters as raw channels only.
 */
export type FeatureConfig = Readonly<{
  /** The raw images, all channels: both, only the test image, or none. */
  raw: "both" | "test" | "none";
  /** Radius of the local mean taken out of the grey images before they are compared; 0 compares them as they are. */
  highPassRadius: number;
  /** Factor on the grey images after that. */
  gain: number;
  /** The two grey images that are compared. */
  compared: boolean;
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
  /** Scores, heat maps and embeddings of a checkpoint are means over the pair and its three mirror images. */
  mirrors: boolean;
}>;

/** The part of a network that does not depend on the images. */
export type Architecture = Omit<NetworkConfig, "channels" | "height" | "width">;

/** The largest reduction of all strides; image sides must be divisible by it. */
export function totalStride(config: NetworkConfig): number {
  return config.blocks.reduce((product, block) => product * block.stride, 1);
}

export const DEFAULT_ARCHITECTURE: Architecture = {
  registration: { maxShift: 12, highPassRadius: 8, penalty: 0.02 },
  features: {
    raw: "both",
    highPassRadius: 8,
    gain: 4,
    compared: true,
    absolute: true,
    signed: true,
    envelopeRadii: [1, 2],
  },
  blocks: [
    { out: 16, stride: 2 },
    { out: 16, stride: 1 },
    { out: 32, stride: 2 },
    { out: 32, stride: 1 },
    { out: 32, stride: 1 },
  ],
  pooling: "logsumexp",
  mirrors: true,
};
