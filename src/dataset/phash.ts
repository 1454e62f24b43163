import type { Pixels } from "../kit/images.js";

/** A picture's likeness: 64 difference bits and the mean brightness of 4 × 4 parts. */
export type Likeness = Readonly<{
  /** Two 32-bit words: bit = this cell is clearly brighter than the one to its right, on a grid of 9 × 8 cells. */
  bits: readonly [number, number];
  /** Mean luma (0..255) of 4 × 4 parts, row by row. */
  tones: Uint8Array;
  /** Standard deviation of the luma of a fine grid: below some 6 there is nothing to recognise. */
  contrast: number;
}>;

/** Differences below this many grey levels are noise: flat parts then give the same bits in every shot. */
const DEADBAND = 3;

/** Luma of one pixel (Rec. 601 weights). */
export function luma(image: Pixels, at: number): number {
  const { data, channels } = image;
  if (channels === 1) return data[at] as number;
  const o = at * 3;
  return 0.299 * (data[o] as number) + 0.587 * (data[o + 1] as number) + 0.114 * (data[o + 2] as number);
}

/** Luma of every pixel. */
export function lumaPlane(image: Pixels): Float32Array {
  const out = new Float32Array(image.width * image.height);
  for (let i = 0; i < out.length; i++) out[i] = luma(image, i);
  return out;
}

/** Mean over a grid of `columns` × `rows` cells; every pixel counts once. Cells without a pixel take the nearest. */
export function meanGrid(
  plane: Float32Array,
  width: number,
  height: number,
  columns: number,
  rows: number,
): Float64Array {
  const sum = new Float64Array(columns * rows);
  const n = new Uint32Array(columns * rows);
  const columnOf = Uint32Array.from({ length: width }, (_, x) => Math.floor((x * columns) / width));
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x++) {
      const cell = row + (columnOf[x] as number);
      sum[cell] = (sum[cell] as number) + (plane[y * width + x] as number);
      n[cell] = (n[cell] as number) + 1;
    }
  }
  return sum.map((s, cell) => {
    if (n[cell]) return s / n[cell];
    const x = Math.floor(((cell % columns) * width) / columns);
    const y = Math.floor((Math.floor(cell / columns) * height) / rows);
    return plane[y * width + x] as number;
  });
}

/** Difference hash with a dead band, plus tones and contrast. */
export function likeness(image: Pixels): Likeness {
  const plane = lumaPlane(image);
  const grid = (columns: number, rows: number) => meanGrid(plane, image.width, image.height, columns, rows);
  const steps = grid(9, 8);
  const bits: [number, number] = [0, 0];
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++)
      if ((steps[y * 9 + x] as number) > (steps[y * 9 + x + 1] as number) + DEADBAND)
        bits[y >> 2] = (bits[y >> 2] as number) | (1 << ((y & 3) * 8 + x));
  const fine = grid(Math.min(32, image.width), Math.min(32, image.height));
  const mean = fine.reduce((a, b) => a + b, 0) / fine.length;
  const variance = fine.reduce((a, b) => a + (b - mean) ** 2, 0) / fine.length;
  return {
    bits: [bits[0] >>> 0, bits[1] >>> 0],
    tones: Uint8Array.from(grid(4, 4), Math.round),
    contrast: Math.sqrt(variance),
  };
}

/** Number of differing bits of two 64-bit hashes given as word pairs. */
export function hamming(aHi: number, aLo: number, bHi: number, bLo: number): number {
  return popcount(aHi ^ bHi) + popcount(aLo ^ bLo);
}

function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * How different two pictures of equal size are: the mean absolute luma difference, and the largest difference of
 * the means of 4 × 4 pixel blocks. A re-saved copy has both small; a small defect raises the second alone.
 */
export function difference(a: Pixels, b: Pixels): { mean: number; worstBlock: number } {
  const across = Math.ceil(a.width / 4);
  const blocks = new Float64Array(across * Math.ceil(a.height / 4));
  let sum = 0;
  for (let y = 0; y < a.height; y++)
    for (let x = 0; x < a.width; x++) {
      const d = luma(a, y * a.width + x) - luma(b, y * a.width + x);
      sum += Math.abs(d);
      const block = (y >> 2) * across + (x >> 2);
      blocks[block] = (blocks[block] as number) + d;
    }
  let worst = 0;
  blocks.forEach((total, i) => {
    const wide = Math.min(4, a.width - (i % across) * 4);
    const high = Math.min(4, a.height - Math.floor(i / across) * 4);
    worst = Math.max(worst, Math.abs(total) / (wide * high));
  });
  return { mean: sum / (a.width * a.height), worstBlock: worst };
}
