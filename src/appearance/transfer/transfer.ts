import type { Pixels } from "../../kit/images.js";
import { type Random, seeded } from "../../kit/random.js";
import { asRgb, channelsOf, grey, toPixels } from "../../vision/index.js";
import { type AppearanceFit, blurred, guideFor } from "./fit.js";
import { LEVELS } from "./measure.js";
import { correlatedNoise } from "./noise-field.js";
import { mapped } from "./paint.js";
import type { Regions } from "./regions.js";

/**
 * Gives one picture the look that was learnt. Geometry stays: colours are mapped pixel by pixel, the blur is symmetric.
 * `name` and `seed` choose texture and noise: two pictures of one scene get the same colours and different noise.
 * The result is RGB; grey where all exemplars are grey.
 */
export function transferAppearance(
  picture: Pixels,
  fit: AppearanceFit,
  o: Readonly<{ seed: number; name: string; regions?: Regions | undefined }>,
): Pixels {
  const random = seeded(o.seed).fork("transfer", o.name);
  const rgb = asRgb(picture);
  const painted = mapped(rgb, guideFor(rgb, o.regions, fit.division), fit, random);
  const planes = channelsOf(painted).map((p) => blurred(p, fit.blur));
  addNoise(planes, fit.noise, random.fork("noise"));
  const result = toPixels(planes);
  return fit.grey ? toPixels([grey(result)]) : result;
}

/** Adds noise whose strength goes with the level, in place. */
function addNoise(
  planes: readonly Readonly<{ width: number; height: number; data: Float32Array }>[],
  noise: AppearanceFit["noise"],
  random: Random,
): void {
  planes.forEach(({ width, height, data }, c) => {
    const sigma = noise.sigma[c];
    if (!sigma?.some((v) => v > 0.05)) return;
    const field = correlatedNoise(width, height, noise.grain, random.fork(c)).data;
    for (let i = 0; i < data.length; i++) data[i] += field[i] * atLevel(sigma, data[i]);
  });
}

/** The value at a grey level, between the middles of the levels. */
function atLevel(values: readonly number[], level: number): number {
  const middle = (k: number) => (LEVELS[k] + (LEVELS[k + 1] ?? 256)) / 2;
  let k = 0;
  while (k < LEVELS.length - 1 && middle(k) < level) k++;
  if (k === 0) return values[0];
  const part = Math.min(1, (level - middle(k - 1)) / (middle(k) - middle(k - 1)));
  return values[k - 1] + part * (values[k] - values[k - 1]);
}
