import type { NumpyRandom } from "../../kit/numpy-random.js";
import type { Knob, LightingRanges, Rig, SourceRanges } from "../cookbook/index.js";
import type { Rgb } from "../model.js";

export type SourceSample = Readonly<{ intensity: number; color: Rgb }>;

/** What was drawn for one trigger or sample. Angles in degrees. */
export type LightingSample = Readonly<{
  exposure: number;
  coneAngleDeg: number;
  coneSoftness: number;
  /** Ring mode: per layer, in the cookbook's order. */
  layers: Readonly<Record<string, SourceSample>>;
  /** Dome mode. */
  white?: SourceSample;
}>;

/**
 * Draws a lighting: exposure, cone angle, cone softness, then for each layer (or for the white dome) intensity, red,
 * green and blue, all uniform (contract 1.7).
 */
export function sampleLighting(ranges: LightingRanges, random: NumpyRandom): LightingSample {
  const exposure = random.uniform(...ranges.exposure_range);
  const coneAngleDeg = random.uniform(...ranges.cone_angle_range);
  const coneSoftness = random.uniform(...ranges.cone_softness_range);
  const common = { exposure, coneAngleDeg, coneSoftness };
  if (ranges.ring_light) {
    const layers: Record<string, SourceSample> = {};
    for (const [name, layer] of Object.entries(ranges.layers ?? {}))
      if (layer) layers[name] = sampleSource(layer, random);
    return { ...common, layers };
  }
  return ranges.white_light
    ? { ...common, layers: {}, white: sampleSource(ranges.white_light, random) }
    : { ...common, layers: {} };
}

function sampleSource(ranges: SourceRanges, random: NumpyRandom): SourceSample {
  const intensity = random.uniform(...ranges.intensity);
  const red = random.uniform(...ranges.color_r);
  const green = random.uniform(...ranges.color_g);
  const blue = random.uniform(...ranges.color_b);
  return { intensity, color: [red, green, blue] };
}

/** The middle of every range: what the exposure is calibrated to. */
export function middleLighting(ranges: LightingRanges): LightingSample {
  const source = (s: SourceRanges): SourceSample => ({
    intensity: middle(s.intensity),
    color: [middle(s.color_r), middle(s.color_g), middle(s.color_b)],
  });
  return {
    exposure: middle(ranges.exposure_range),
    coneAngleDeg: middle(ranges.cone_angle_range),
    coneSoftness: middle(ranges.cone_softness_range),
    layers: Object.fromEntries(
      Object.entries(ranges.layers ?? {}).flatMap(([name, s]) => (s ? [[name, source(s)]] : [])),
    ),
    ...(ranges.white_light ? { white: source(ranges.white_light) } : {}),
  };
}

/** The `lighting` entry of a metadata file. */
export function lightingRecord(sample: LightingSample): Readonly<Record<string, unknown>> {
  return {
    ring_light: sample.white === undefined,
    global: {
      exposure: sample.exposure,
      cone_angle: sample.coneAngleDeg,
      cone_softness: sample.coneSoftness,
    },
    ...sample.layers,
    ...(sample.white ? { dome_light: sample.white } : {}),
  };
}

/** A fixed number, or one drawn uniformly from a pair; only a pair uses up a draw. */
export function drawKnob(knob: Knob, random: NumpyRandom): number {
  return typeof knob === "number" ? knob : random.uniform(knob[0], knob[1]);
}

/**
 * The rig of a trigger with `randomize_rig` (contract 1.7). The stream also draws intensity and cone, which the
 * lighting drawn after it replaces.
 */
export function sampleRig(
  changes: Readonly<{
    dome_radius?: Knob | undefined;
    light_radius?: Knob | undefined;
    intensity?: Knob | undefined;
  }>,
  rig: Rig,
  ranges: LightingRanges | undefined,
  random: NumpyRandom,
): Rig {
  const dome_radius = drawKnob(changes.dome_radius ?? rig.dome_radius, random);
  const light_radius_world = drawKnob(changes.light_radius ?? rig.light_radius_world, random);
  const light_intensity = drawKnob(changes.intensity ?? rig.light_intensity, random);
  drawKnob(ranges?.cone_angle_range ?? [120, 120], random);
  drawKnob(ranges?.cone_softness_range ?? [1, 1], random);
  return { dome_radius, light_radius_world, light_intensity };
}

function middle([low, high]: readonly [number, number]): number {
  return (low + high) / 2;
}
