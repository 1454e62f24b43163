import type { ImageShape } from "../data/align.js";

/**
 * One aligned training pair while it is being changed: float planes in 0…255, [C,H,W], and the mask of the pixels
 * where golden has content, [H,W], 0 or 1.
 */
export type Sample = Readonly<{
  shape: ImageShape;
  test: Float32Array;
  golden: Float32Array;
  valid: Float32Array;
}>;

/** Applies one function to the planes of both images. */
export function mapImages(sample: Sample, change: (planes: Float32Array) => Float32Array): Sample {
  return { ...sample, test: change(sample.test), golden: change(sample.golden) };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
