import type { NumpyRandom } from "../../kit/numpy-random.js";
import type { RenderConfig, TinNoise } from "../cookbook/index.js";
import { drawKnob } from "../lights/index.js";
import type { Scene } from "../model.js";
import type { MaterialChange } from "../view.js";
import { materialBuckets } from "./buckets.js";
import type { MaterialChanges } from "./overrides.js";

type Bumps = NonNullable<MaterialChange["bumps"]>;

/** Normals of the common map are cut off at this slope before the bump factor. */
const STEEPEST = 3;

/**
 * The surface of tin (contract 1.8) as procedural bumps. The common normal map is value noise of round(noise_scale)
 * cells a tile, each octave twice as fine and half as high, laid out in the world with texture_scale tiles a scene
 * unit. Every octave has the same slope, about amp · cells; the bump factor scales them all.
 */
export function tinBumps(noise: TinNoise, seed: number): Bumps {
  const cells = Math.max(2, Math.round(noise.noise_scale));
  const octaves = Math.max(1, Math.trunc(noise.noise_octaves));
  const slope = Math.min(STEEPEST, noise.noise_amp * cells * Math.sqrt(octaves));
  return {
    slope: noise.bump_factor * slope,
    cell: 1 / (Math.max(noise.texture_scale, 1e-6) * cells),
    octaves,
    seed,
  };
}

/** The bumps on everything tinned. */
export function tinChanges(scene: Scene, pcbaRoot: string, bumps: Bumps): MaterialChanges {
  return new Map(materialBuckets(scene, pcbaRoot).tin.map((index) => [index, { bumps }]));
}

/** Tin noise of a sample, drawn in the order of contract 1.8; the last draw is the pattern's seed. */
export function drawTinNoise(config: RenderConfig, random: NumpyRandom): Bumps | undefined {
  const noise = config.tin_noise;
  const knobs = config.randomize_tin_noise;
  if (!noise?.enabled || !knobs) return undefined;
  const noise_amp = drawKnob(knobs.noise_amp ?? noise.noise_amp, random);
  const noise_scale = drawKnob(knobs.noise_scale ?? noise.noise_scale, random);
  const noise_octaves = drawKnob(knobs.noise_octaves ?? noise.noise_octaves, random);
  drawKnob(knobs.resolution ?? noise.resolution ?? 0, random);
  const bump_factor = drawKnob(knobs.bump_factor ?? noise.bump_factor, random);
  const texture_scale = drawKnob(knobs.texture_scale ?? noise.texture_scale, random);
  const seed = random.randint(0, 2 ** 31 - 1);
  return tinBumps({ ...noise, noise_amp, noise_scale, noise_octaves, bump_factor, texture_scale }, seed);
}
