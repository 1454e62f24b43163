import type { Fixed, Moving } from "./types.js";

/** A picture reduced by `factor`: level pixel i covers full pixels around `i·factor + (factor − 1)/2`. */
export type Level = Readonly<{ factor: number; width: number; height: number; data: Float32Array }>;

/** Grey levels of the full picture and of its halves up to `steps` times, finest first. */
export function pyramid(
  picture: Readonly<{ width: number; height: number; grey: Uint8Array }>,
  steps: number,
): Level[] {
  const { width, height, grey } = picture;
  const levels: Level[] = [{ factor: 1, width, height, data: Float32Array.from(grey) }];
  for (let i = 0; i < steps; i++) levels.push(half(levels[i]!));
  return levels;
}

/** Half the size with the weights 1 3 3 1, which lie evenly about the new pixel's centre. */
function half({ factor, width, height, data }: Level): Level {
  const w = Math.max(1, width >> 1);
  const h = Math.max(1, height >> 1);
  const rows = new Float32Array(w * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < w; x++) {
      const i = row + 2 * x;
      const right = 2 * x + 1 < width ? i + 1 : i;
      const left = x > 0 ? i - 1 : i;
      const far = 2 * x + 2 < width ? i + 2 : right;
      rows[y * w + x] = (data[left]! + 3 * (data[i]! + data[right]!) + data[far]!) / 8;
    }
  }
  const out = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    const i = 2 * y * w;
    const up = y > 0 ? i - w : i;
    const down = 2 * y + 1 < height ? i + w : i;
    const far = 2 * y + 2 < height ? i + 2 * w : down;
    for (let x = 0; x < w; x++)
      out[y * w + x] = (rows[up + x]! + 3 * (rows[i + x]! + rows[down + x]!) + rows[far + x]!) / 8;
  }
  return { factor: factor * 2, width: w, height: h, data: out };
}

/** Weights 1 2 1 along both axes: takes the edge off pixel noise and off bilinear sampling. */
export function smooth({ factor, width, height, data }: Level): Level {
  const rows = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const i = row + x;
      rows[i] = (data[x > 0 ? i - 1 : i]! + 2 * data[i]! + data[x + 1 < width ? i + 1 : i]!) / 4;
    }
  }
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const i = y * width;
    const up = y > 0 ? i - width : i;
    const down = y + 1 < height ? i + width : i;
    for (let x = 0; x < width; x++) out[i + x] = (rows[up + x]! + 2 * rows[i + x]! + rows[down + x]!) / 4;
  }
  return { factor, width, height, data: out };
}

/** The darkest and brightest level that all but half a percent of the pixels keep within. */
export function spread(data: Float32Array): readonly [low: number, high: number] {
  const counts = new Uint32Array(256);
  for (let i = 0; i < data.length; i++) counts[data[i]! & 255]!++;
  const share = data.length * 0.005;
  let low = 0;
  for (let sum = counts[0]!; sum <= share && low < 255; sum += counts[low]!) low++;
  let high = 255;
  for (let sum = counts[255]!; sum <= share && high > 0; sum += counts[high]!) high--;
  return high > low ? [low, high + 1] : [low, low + 1];
}

export type BinnedMoving = Readonly<{
  width: number;
  height: number;
  factor: number;
  bins: number;
  of: Uint8Array;
  valid?: Uint8Array;
}>;

/**
 * The moving picture at one level as bin numbers: its classes (of the pixel at each level pixel's centre), or `bins`
 * equal steps of grey.
 */
export function binMoving(moving: Moving, level: Level, bins: number): BinnedMoving {
  const { width, height, factor } = level;
  const of = new Uint8Array(width * height);
  const centre = factor >> 1;
  const valid = moving.valid && new Uint8Array(width * height);
  if (moving.classes || valid)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = (y * factor + centre) * moving.width + x * factor + centre;
        if (moving.classes) of[y * width + x] = moving.classes.of[from]!;
        if (valid) valid[y * width + x] = moving.valid![from]!;
      }
  if (moving.classes)
    return { width, height, factor, bins: moving.classes.count, of, ...(valid && { valid }) };
  const [low, high] = spread(level.data);
  const scale = bins / (high - low);
  for (let i = 0; i < of.length; i++)
    of[i] = Math.max(0, Math.min(bins - 1, Math.floor((level.data[i]! - low) * scale)));
  return { width, height, factor, bins, of, ...(valid && { valid }) };
}

/** Grey of the photo at one level, scaled to `[low, high]` of a histogram and clamped. */
export function scaleFixed(level: Level, lowest: number, highest: number): Level {
  const [low, high] = spread(level.data);
  const scale = (highest - lowest) / (high - low);
  const data = new Float32Array(level.data.length);
  for (let i = 0; i < data.length; i++)
    data[i] = Math.max(lowest, Math.min(highest, lowest + (level.data[i]! - low) * scale));
  return { ...level, data };
}

export type { Fixed };
