import type { Random } from "../../kit/random.js";
import { gaussianBlur, type Plane, plane } from "../../vision/index.js";

/** Unit noise with the correlation of white noise behind a Gaussian of `sigma` pixels. */
export function correlatedNoise(width: number, height: number, sigma: number, random: Random): Plane {
  const white = plane(width, height);
  // Sums of uniform numbers are near enough to normal ones, and much cheaper.
  for (let i = 0; i < white.data.length; i++)
    white.data[i] = (random.float() + random.float() + random.float() - 1.5) * 2;
  if (sigma <= 0) return white;
  const smooth = gaussianBlur(white, sigma);
  const deviation = Math.sqrt(smooth.data.reduce((sum, v) => sum + v * v, 0) / smooth.data.length);
  if (deviation > 1e-9) for (let i = 0; i < smooth.data.length; i++) smooth.data[i] /= deviation;
  return smooth;
}

/** Widths of the bands that texture is made of, pixels. */
export const BANDS = [0.8, 2, 5, 11] as const;

/** Unit noise with the given shares of power in {@link BANDS}. */
export function textureNoise(
  width: number,
  height: number,
  shares: readonly number[],
  random: Random,
): Plane {
  const out = plane(width, height);
  BANDS.forEach((sigma, k) => {
    const weight = Math.sqrt(shares[k] ?? 0);
    if (weight < 0.02) return;
    const band = correlatedNoise(width, height, sigma, random.fork("band", k));
    for (let i = 0; i < out.data.length; i++) out.data[i] += weight * band.data[i];
  });
  return out;
}
