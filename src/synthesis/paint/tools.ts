import type { Random } from "../../kit/random.js";
import {
  cropPlane,
  dilate,
  distanceTo,
  gaussianBlur,
  intersect,
  invert,
  type Mask,
  noiseSigma,
  type Plane,
  plane,
  sample,
  subtract,
} from "../../vision/index.js";
import type { Ground } from "./types.js";

/** Mean of a plane over a mask; `otherwise` where the mask is empty. */
export function meanOver(p: Plane, m: Mask, otherwise = 0): number {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < m.data.length; i++)
    if (m.data[i]) {
      sum += p.data[i]!;
      n++;
    }
  return n === 0 ? otherwise : sum / n;
}

/** The clean rim around a region, `from` to `to` pixels away. */
export function ringOf(region: Mask, from = 1, to = 5): Mask {
  return subtract(dilate(region, to), dilate(region, from));
}

/**
 * Pixels from the border of the region, positive inside, negative outside. Never more than half the picture's longer side
 * inside: a region that is the whole picture has no border.
 */
export function signedDistance(region: Mask): Plane {
  const most = Math.max(region.width, region.height) / 2;
  const out = distanceTo(region);
  const inner = distanceTo(invert(region));
  return { ...out, data: out.data.map((v, i) => (region.data[i] ? Math.min(most, inner.data[i]!) : -v)) };
}

/** Smooth noise with standard deviation 1 whose waves are about `size` pixels, plus finer octaves. */
export function cloud(width: number, height: number, size: number, random: Random, octaves = 3): Plane {
  const out = plane(width, height);
  for (let o = 0; o < octaves; o++) {
    const smooth = smoothNoise(width, height, Math.max(0.4, size / 2 ** o / 2), random);
    const scale = 0.5 ** o / Math.max(1e-6, deviation(smooth));
    for (let i = 0; i < out.data.length; i++) out.data[i] = out.data[i]! + scale * smooth.data[i]!;
  }
  const scale = 1 / Math.max(1e-6, deviation(out));
  return { ...out, data: out.data.map((v) => v * scale) };
}

/** White noise behind a Gaussian of `sigma` pixels; wide ones are made on a coarser grid, where they look the same. */
function smoothNoise(width: number, height: number, sigma: number, random: Random): Plane {
  const step = Math.max(1, Math.floor(sigma / 4));
  const [w, h] = [Math.ceil(width / step) + 2, Math.ceil(height / step) + 2];
  const noise = plane(w, h);
  for (let i = 0; i < noise.data.length; i++) noise.data[i] = random.normal();
  const coarse = gaussianBlur(noise, sigma / step);
  if (step === 1) return cropPlane(coarse, { x: 1, y: 1, width, height });
  const out = plane(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) out.data[y * width + x] = sample(coarse, 0.5 + x / step, 0.5 + y / step);
  return out;
}

export function deviation(p: Plane): number {
  let sum = 0;
  let square = 0;
  for (const v of p.data) {
    sum += v;
    square += v * v;
  }
  const n = p.data.length;
  return Math.sqrt(Math.max(0, square / n - (sum / n) ** 2));
}

/** How soft the edges of a picture are, as a Gaussian's sigma in pixels: the steepest steps tell. */
export function edgeSoftness(p: Plane): number {
  let best = 0;
  for (let y = 0; y < p.height; y++)
    for (let x = 2; x < p.width - 3; x++) {
      const i = y * p.width + x;
      const span = Math.abs(p.data[i + 3]! - p.data[i - 2]!);
      if (span < 24) continue;
      best = Math.max(best, Math.abs(p.data[i + 1]! - p.data[i]!) / span);
    }
  if (best === 0) return 0.8;
  return Math.max(0.3, Math.min(2, 0.4 / Math.max(0.15, best)));
}

/** Which grain a channel gets: grey pictures stored in colour stay grey. */
export function grainOf(g: Ground, c: number): number {
  const [first] = g.planes;
  return g.planes[c]!.data.every((v, i) => v === first!.data[i]) ? 0 : c;
}

/** Lays values over the picture by a soft mask and adds the grain that smooth paint lacks. */
export function overlay(g: Ground, fills: readonly Plane[], alpha: Plane, grain = true): Plane[] {
  return g.planes.map((p, c) => {
    const sigma = grain ? noiseSigma(p) : 0;
    const own = g.random.fork("grain", grainOf(g, c));
    return {
      ...p,
      data: p.data.map((v, i) => {
        const a = alpha.data[i]!;
        if (a <= 0) return v;
        return v * (1 - a) + (fills[c]!.data[i]! + (sigma > 0.3 ? sigma * own.normal() : 0)) * a;
      }),
    };
  });
}

/** The region with a soft edge that ends inside what may change. */
export function softRegion(g: Ground, sigma: number): { alpha: Plane; touched: Mask } {
  const touched = intersect(dilate(g.region, Math.max(1, Math.ceil(2 * sigma))), g.allowed);
  const soft = gaussianBlur({ ...g.grey, data: Float32Array.from(g.region.data) }, sigma);
  return { touched, alpha: { ...soft, data: soft.data.map((v, i) => (touched.data[i] ? v : 0)) } };
}

/** Quantile of a plane over a mask. */
export function quantileOver(p: Plane, m: Mask, q: number): number {
  const values: number[] = [];
  for (let i = 0; i < m.data.length; i++) if (m.data[i]) values.push(p.data[i]!);
  if (values.length === 0) return 0;
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(q * values.length))]!;
}
