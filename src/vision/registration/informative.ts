import type { Random } from "../../kit/random.js";
import type { BinnedMoving } from "./pyramid.js";

/** Change of grey, over two pixels and four, that counts as an edge when there is room for all such pixels. */
const LEAST_CHANGE = 24;

/**
 * About `most` pixels of the moving picture that can tell where it lies: those with the strongest change of grey, and for three in ten any others, which tell how bright the photo is. In raster order.
 */
export function informativePixels(
  moving: BinnedMoving,
  grey: Float32Array,
  most: number,
  random: Random,
): Int32Array {
  const { width, height, valid } = moving;
  const change = new Uint8Array(width * height);
  const counts = new Uint32Array(256);
  for (let y = 2; y < height - 2; y++)
    for (let x = 2; x < width - 2; x++) {
      const i = y * width + x;
      if (valid && valid[i] === 0) continue;
      const c =
        Math.abs(grey[i + 1]! - grey[i - 1]!) +
        Math.abs(grey[i + 2]! - grey[i - 2]!) +
        Math.abs(grey[i + width]! - grey[i - width]!) +
        Math.abs(grey[i + 2 * width]! - grey[i - 2 * width]!);
      // 0 is kept for pixels that must not be chosen.
      change[i] = Math.max(1, Math.min(255, c));
      counts[change[i]!]!++;
    }
  let threshold = 256;
  let strong = 0;
  while (threshold > LEAST_CHANGE && strong + counts[threshold - 1]! <= 1.5 * most)
    strong += counts[--threshold]!;
  const takeStrong = (0.7 * most) / Math.max(1, strong);
  const takeOther = (0.3 * most) / Math.max(1, width * height - strong);
  const out = new Int32Array(2 * most);
  let n = 0;
  // A linear congruential generator: a call of `Random` for each pixel would cost more than all the rest.
  let state = random.int(2 ** 31);
  for (let i = 0; i < change.length && n < out.length; i++) {
    if (change[i] === 0) continue;
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    if ((state >>> 0) / 2 ** 32 < (change[i]! >= threshold ? takeStrong : takeOther)) out[n++] = i;
  }
  return out.subarray(0, n);
}
