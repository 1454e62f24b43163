import type { Pixels } from "../../kit/images.js";
import {
  boundsOf,
  channelsOf,
  dilate,
  gradient,
  grey,
  type Mask,
  type Plane,
  subtract,
} from "../../vision/index.js";

/** Vectors of the patches of one defect, row-major, each of length 1. */
export type Features = Readonly<{ dim: number; data: Float32Array }>;

/** Turns a defect (picture and mask of one size) into patch vectors. `name` goes into reports. */
export type DefectEncoder = Readonly<{
  name: string;
  encode: (image: Pixels, region: Mask) => Promise<Features>;
}>;

/** Side of a patch and least distance between patches, pixels. */
const SIDE = 8;
const STRIDE = 4;
/** About as many patches as a large defect is looked at with: more would only repeat. */
const MOST_PATCHES = 240;
/** Side of the grid of grey values in a vector, over a window twice the patch. */
const GRID = 4;
const DIRECTIONS = 6;
export const PATCH_DIM = GRID * GRID + DIRECTIONS + 6;

/**
 * The built-in encoder: what a patch shows relative to the clean rim of its defect. Grey values over a 4×4 grid,
 * strengths of edges in six directions, level, contrast and hue. Values compare within one data set only.
 */
export const patchEncoder: DefectEncoder = {
  name: "reflow-patches-1",
  encode: (image, region) => Promise.resolve(patchFeatures(image, region)),
};

export function patchFeatures(image: Pixels, region: Mask): Features {
  const box = boundsOf(region);
  if (!box) return { dim: PATCH_DIM, data: new Float32Array(0) };
  const whole = grey(image);
  const planes = channelsOf(image);
  const rim = subtract(dilate(region, 8), dilate(region, 2));
  const around = planes.map((p) => stats(p, rim));
  const level = stats(whole, rim);
  const { gx, gy } = gradient(whole);
  const rows: number[] = [];
  const stride = Math.max(STRIDE, Math.ceil(Math.sqrt((box.width * box.height) / MOST_PATCHES)));
  for (let y = box.y - (box.y % STRIDE); y < box.y + box.height; y += stride)
    for (let x = box.x - (box.x % STRIDE); x < box.x + box.width; x += stride) {
      if (!covered(region, x, y)) continue;
      const row = patchRow(whole, planes, gx, gy, x, y, level, around);
      const size = Math.hypot(...row) || 1;
      for (const v of row) rows.push(v / size);
    }
  return { dim: PATCH_DIM, data: Float32Array.from(rows) };
}

type Stats = Readonly<{ mean: number; deviation: number }>;

function patchRow(
  whole: Plane,
  planes: readonly Plane[],
  gx: Plane,
  gy: Plane,
  x: number,
  y: number,
  level: Stats,
  around: readonly Stats[],
): number[] {
  const unit = 1 / (12 + level.deviation);
  const row: number[] = [];
  const reach = SIDE / 2;
  let sum = 0;
  let square = 0;
  for (let gyi = 0; gyi < GRID; gyi++)
    for (let gxi = 0; gxi < GRID; gxi++) {
      let v = 0;
      for (let dy = 0; dy < 4; dy++)
        for (let dx = 0; dx < 4; dx++) v += at(whole, x - reach + gxi * 4 + dx, y - reach + gyi * 4 + dy);
      v = (v / 16 - level.mean) * unit;
      sum += v;
      square += v * v;
      row.push(0.5 * v);
    }
  const edges = new Array<number>(DIRECTIONS).fill(0);
  for (let dy = 0; dy < SIDE; dy++)
    for (let dx = 0; dx < SIDE; dx++) {
      const [gX, gY] = [at(gx, x + dx, y + dy), at(gy, x + dx, y + dy)];
      const turn = (Math.atan2(gY, gX) + Math.PI) % Math.PI;
      const k = Math.min(DIRECTIONS - 1, Math.floor((turn / Math.PI) * DIRECTIONS));
      edges[k] = edges[k]! + Math.hypot(gX, gY);
    }
  for (const e of edges) row.push((e / (SIDE * SIDE)) * unit * 3);
  const mean = sum / (GRID * GRID);
  row.push(mean, Math.sqrt(Math.max(0, square / (GRID * GRID) - mean * mean)));
  for (let c = 0; c < 3; c++) {
    const own = planes[Math.min(c, planes.length - 1)]!;
    let v = 0;
    for (let dy = 0; dy < SIDE; dy += 2) for (let dx = 0; dx < SIDE; dx += 2) v += at(own, x + dx, y + dy);
    const s = around[Math.min(c, around.length - 1)]!;
    row.push((v / ((SIDE / 2) * (SIDE / 2)) - s.mean) / (12 + s.deviation));
  }
  // A constant keeps flat patches comparable: their direction would otherwise be noise.
  row.push(0.5);
  return row;
}

function covered(region: Mask, x: number, y: number): boolean {
  for (let dy = 0; dy < SIDE; dy++)
    for (let dx = 0; dx < SIDE; dx++) {
      const [u, v] = [x + dx, y + dy];
      if (u >= 0 && v >= 0 && u < region.width && v < region.height && region.data[v * region.width + u])
        return true;
    }
  return false;
}

function at(p: Plane, x: number, y: number): number {
  const u = Math.max(0, Math.min(p.width - 1, x));
  const v = Math.max(0, Math.min(p.height - 1, y));
  return p.data[v * p.width + u]!;
}

function stats(p: Plane, m: Mask): Stats {
  let sum = 0;
  let square = 0;
  let n = 0;
  for (let i = 0; i < m.data.length; i++)
    if (m.data[i]) {
      sum += p.data[i]!;
      square += p.data[i]! ** 2;
      n++;
    }
  if (n === 0) return { mean: 128, deviation: 0 };
  return { mean: sum / n, deviation: Math.sqrt(Math.max(0, square / n - (sum / n) ** 2)) };
}
