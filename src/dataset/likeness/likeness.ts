import type { Pixels } from "../../kit/images.js";
import { type Integral, integralOf, meanGrid } from "./integral.js";

/** 64 bits as two 32-bit words: bit x of byte y is cell (x, y) of 8 × 8. */
export type Bits = readonly [number, number];

/**
 * The steps of a picture from cell to cell. `right` and `left` are on a grid of 9 × 8 cells: this cell is clearly
 * brighter (darker) than the one to its right; `down` and `up` on 8 × 9 cells: than the one below. The bits of all
 * eight mirrored and turned pictures follow from these (orientation.ts).
 */
export type Steps = Readonly<{ right: Bits; left: Bits; down: Bits; up: Bits }>;

/** A picture's likeness: its steps and the mean brightness of 4 × 4 parts. */
export type Likeness = Readonly<{
  steps: Steps;
  /** Mean luma (0..255) of 4 × 4 parts, row by row. */
  tones: Uint8Array;
  /** Standard deviation of the luma of a fine grid: below some 6 there is nothing to recognise. */
  contrast: number;
}>;

/** Differences below this many grey levels are noise: flat parts then give the same bits in every shot. */
export const DEADBAND = 3;

/** Difference hash with a dead band in four directions, plus tones and contrast. */
export function likeness(image: Pixels | Integral): Likeness {
  const sums = "sums" in image ? image : integralOf(image);
  const across = meanGrid(sums, 9, 8);
  const down = meanGrid(sums, 8, 9);
  const fine = meanGrid(sums, Math.min(32, sums.width), Math.min(32, sums.height));
  const mean = fine.reduce((a, b) => a + b, 0) / fine.length;
  const variance = fine.reduce((a, b) => a + (b - mean) ** 2, 0) / fine.length;
  const [right, left] = brighter(across, 9, 1);
  const [below, above] = brighter(down, 8, 8);
  return {
    steps: { right, left, down: below, up: above },
    tones: Uint8Array.from(meanGrid(sums, 4, 4), Math.round),
    contrast: Math.sqrt(variance),
  };
}

/** Per cell of 8 × 8 whether it is clearly brighter, and whether clearly darker, than the cell `step` further on. */
export function brighter(cells: ArrayLike<number>, columns: number, step: number): readonly [Bits, Bits] {
  const more: [number, number] = [0, 0];
  const less: [number, number] = [0, 0];
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) {
      const at = y * columns + x;
      const d = (cells[at] as number) - (cells[at + step] as number);
      const bit = 1 << ((y & 3) * 8 + x);
      if (d > DEADBAND) more[y >> 2] = (more[y >> 2] as number) | bit;
      else if (d < -DEADBAND) less[y >> 2] = (less[y >> 2] as number) | bit;
    }
  return [
    [more[0] >>> 0, more[1] >>> 0],
    [less[0] >>> 0, less[1] >>> 0],
  ];
}

/** Number of differing bits of two 64-bit hashes given as word pairs. */
export function hamming(aHi: number, aLo: number, bHi: number, bLo: number): number {
  return popcount(aHi ^ bHi) + popcount(aLo ^ bLo);
}

export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
