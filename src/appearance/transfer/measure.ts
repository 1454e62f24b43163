import type { Pixels } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import {
  channelsOf,
  gaussianBlur,
  gradient,
  grey,
  type Plane,
  quantile,
  robustSigma,
} from "../../vision/index.js";
import { BANDS, correlatedNoise } from "./noise-field.js";

/** Grey levels at whose borders noise is told apart. */
export const LEVELS = [0, 16, 32, 64, 96, 128, 160, 192, 224] as const;
const HIGH_PASS = 1.5;

/** Standard deviation of the noise at each of {@link LEVELS} (NaN where a picture has no flat place), and its grain. */
export type NoiseProfile = Readonly<{
  /** One list a channel. */
  sigma: readonly (readonly number[])[];
  /** Correlation of neighbouring pixels of what is left of the picture without its smooth part. */
  correlation: number;
}>;

/** Noise by level: robust spread of the high-passed picture in its flattest places. */
export function noiseProfile(image: Pixels): NoiseProfile {
  const flat = flatPlaces(grey(image));
  const correlations: number[] = [];
  const sigma = channelsOf(image).map((c) => {
    const smooth = gaussianBlur(c, HIGH_PASS);
    const rest = c.data.map((v, i) => v - smooth.data[i]);
    correlations.push(neighbourCorrelation(rest, c.width, flat));
    return LEVELS.map((from, k) => {
      const to = LEVELS[k + 1] ?? 256;
      const values: number[] = [];
      for (let i = 0; i < rest.length; i++)
        if (flat[i] && smooth.data[i] >= from && smooth.data[i] < to) values.push(rest[i]);
      return values.length < 60 ? Number.NaN : robustSigma(values);
    });
  });
  const known = correlations.filter(Number.isFinite);
  return { sigma, correlation: known.length > 0 ? known.reduce((a, b) => a + b) / known.length : 0 };
}

/** The flattest third of the places, borders left out. */
function flatPlaces(p: Plane): Uint8Array {
  const { gx, gy } = gradient(gaussianBlur(p, 2));
  const steep = gx.data.map((v, i) => Math.hypot(v, gy.data[i]));
  const limit = quantile(steep, 0.33);
  return Uint8Array.from(steep, (v) => (v <= limit ? 1 : 0));
}

function neighbourCorrelation(rest: Float32Array, width: number, flat: Uint8Array): number {
  let both = 0;
  let own = 0;
  for (let i = 0; i + 1 < rest.length; i++) {
    if (!flat[i] || !flat[i + 1] || (i + 1) % width === 0) continue;
    // A few speckles must not decide.
    const [a, b] = [Math.max(-20, Math.min(20, rest[i])), Math.max(-20, Math.min(20, rest[i + 1]))];
    both += a * b;
    own += (a * a + b * b) / 2;
  }
  return own > 1e-6 ? both / own : Number.NaN;
}

/** The grain (sigma of a Gaussian on white noise) whose high-passed correlation is nearest, and its gain there. */
export function grainOf(correlation: number): Readonly<{ grain: number; gain: number }> {
  let best = { grain: 0, gain: 1, off: Infinity };
  for (const grain of [0, 0.35, 0.5, 0.65, 0.8, 1, 1.25]) {
    const noise = correlatedNoise(96, 96, grain, seeded(1).fork("grain", grain));
    const smooth = gaussianBlur(noise, HIGH_PASS);
    const rest = noise.data.map((v, i) => v - smooth.data[i]);
    const found = neighbourCorrelation(rest, 96, new Uint8Array(rest.length).fill(1));
    const off = Math.abs(found - correlation);
    if (off < best.off) best = { grain, gain: robustSigma(rest), off };
  }
  return { grain: best.grain, gain: best.gain };
}

/**
 * How sharp the strongest edges are: gradient at a fine scale over gradient at a coarse one, where the latter is
 * largest. Contrast cancels; 1 is very soft. NaN where a picture has no edges.
 */
export function sharpness(p: Plane): number {
  const size = (q: Plane) => {
    const { gx, gy } = gradient(q);
    return gx.data.map((v, i) => Math.hypot(v, gy.data[i]));
  };
  const coarse = size(gaussianBlur(p, 2));
  const limit = quantile(coarse, 0.95);
  if (!(limit > 2)) return Number.NaN;
  const fine = size(gaussianBlur(p, 0.5));
  let a = 0;
  let b = 0;
  for (let y = 2; y < p.height - 2; y++)
    for (let x = 2; x < p.width - 2; x++) {
      const i = y * p.width + x;
      if (coarse[i] < limit) continue;
      a += fine[i];
      b += coarse[i];
    }
  return b > 0 ? a / b : Number.NaN;
}

/** Shares of the power of the picture's texture in {@link BANDS}, where `inside` is 1; they sum to 1. */
export function bandShares(p: Plane, inside: (i: number) => boolean): readonly number[] {
  const power = BANDS.map((sigma) => {
    const [fine, coarse] = [gaussianBlur(p, sigma / 1.5), gaussianBlur(p, sigma * 1.5)];
    let sum = 0;
    let n = 0;
    for (let i = 0; i < p.data.length; i++)
      if (inside(i)) {
        sum += (fine.data[i] - coarse.data[i]) ** 2;
        n++;
      }
    return n > 0 ? sum / n : 0;
  });
  const all = power.reduce((a, b) => a + b, 0);
  return all > 1e-9 ? power.map((v) => v / all) : BANDS.map((_, k) => (k === 1 ? 1 : 0));
}
