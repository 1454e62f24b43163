import type { Mask } from "../../vision/index.js";

/** Weights of the seven-tap Gaussian in 256ths. */
const TAPS = [8, 28, 56, 72, 56, 28, 8] as const;
const REACH = 3;

/** Gaussian of 7×7 pixels (contract 5.6), mirrored at the border without its last pixel, cut at one half. */
export function smoothed({ width, height, data }: Mask): Mask {
  const across = new Int32Array(data.length);
  const columns = mirrored(width);
  for (let y = 0; y < height; y++)
    for (let x = 0, o = y * width; x < width; x++, o++) {
      let sum = 0;
      for (let k = 0; k < TAPS.length; k++) if (data[y * width + columns[x + k]]) sum += TAPS[k] as number;
      across[o] = sum;
    }
  const rows = mirrored(height);
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0, o = y * width; x < width; x++, o++) {
      let sum = 0;
      for (let k = 0; k < TAPS.length; k++) sum += across[rows[y + k] * width + x] * (TAPS[k] as number);
      out[o] = sum >= 32768 ? 1 : 0;
    }
  return { width, height, data: out };
}

/** Positions −3 … length + 2, folded back into the image. */
function mirrored(length: number): Int32Array {
  return Int32Array.from({ length: length + 2 * REACH }, (_, k) => {
    let i = k - REACH;
    if (length === 1) return 0;
    while (i < 0 || i >= length) i = i < 0 ? -i : 2 * length - 2 - i;
    return i;
  });
}
