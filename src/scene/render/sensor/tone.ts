import type { Rgb } from "../../model.js";

/** Radiance to linear light with full scale at 1: `gain` for the exposure, a factor per channel for the white balance. */
export function exposed(radiance: Float32Array, gain: number, whiteBalance: Rgb = [1, 1, 1]): Float32Array {
  const factors = whiteBalance.map((v) => v * gain);
  return radiance.map((v, i) => v * factors[i % 3]!);
}

/** Linear light 0 … 1 to sRGB 0 … 1 (IEC 61966-2-1), clipped. */
export function encodeSrgb(value: number): number {
  if (!(value > 0)) return 0;
  if (value >= 1) return 1;
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
}

/** Encoded 0 … 1 to bytes. */
export function toBytes(encoded: Float32Array): Uint8Array {
  return Uint8Array.from(encoded, (v) => Math.round(Math.min(1, Math.max(0, v)) * 255));
}
