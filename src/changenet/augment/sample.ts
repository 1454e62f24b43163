import type { ImageShape } from "../data/align.js";

/** One aligned training pair while it is being changed. Images are float planes in 0…255, [C,H,W]. */
export type Sample = Readonly<{
  shape: ImageShape;
  test: Float32Array;
  golden: Float32Array;
  /** 1 where golden has content, else 0: [H,W]. */
  valid: Float32Array;
  /** 1 where a synthetic defect was painted, else 0: [H,W]. */
  mask: Float32Array;
}>;

/** Applies one function to the planes of both images. */
export function mapImages(sample: Sample, change: (planes: Float32Array) => Float32Array): Sample {
  return { ...sample, test: change(sample.test), golden: change(sample.golden) };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Mean over channels: [H,W]. */
export function greyOf(planes: Float32Array, { channels, height, width }: ImageShape): Float32Array {
  const size = height * width;
  const out = new Float32Array(size);
  for (let c = 0; c < channels; c++) for (let i = 0; i < size; i++) out[i] += planes[c * size + i] / channels;
  return out;
}

/** Mean within `radius` over the pixels inside the picture, by running sums: [H,W]. */
export function boxMean(image: Float32Array, height: number, width: number, radius: number): Float32Array {
  const sums = new Float64Array((height + 1) * (width + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += image[y * width + x];
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
    }
  }
  const out = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - radius), Math.min(height, y + radius + 1)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
      const at = (r: number, c: number) => sums[r * (width + 1) + c];
      const total = at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left);
      out[y * width + x] = total / ((bottom - top) * (right - left));
    }
  }
  return out;
}

/** The value below which the given share of the values lies. */
export function quantile(values: Float32Array, share: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
