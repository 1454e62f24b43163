import { z } from "zod";
import { knob, positive, range } from "./fields.js";

/** Ranges of one coloured source; drawn in this order (contract 1.7). */
const source = z.strictObject({ intensity: range, color_r: range, color_g: range, color_b: range });

export const LAYERS = ["Inner_Red", "Middle_Green", "Outer_Blue"] as const;

export const lighting = z.strictObject({
  ring_light: z.boolean().default(true),
  exposure_range: range.default([0.01, 1]),
  cone_angle_range: range.default([90, 150]),
  cone_softness_range: range.default([0.5, 1]),
  layers: z
    .strictObject({
      Inner_Red: source.optional(),
      Middle_Green: source.optional(),
      Outer_Blue: source.optional(),
    })
    .optional(),
  white_light: source.optional(),
});

/** Scene units; intensity as a light's. */
export const rig = z.strictObject({
  dome_radius: positive.default(100),
  light_radius_world: positive.default(4),
  light_intensity: positive.default(5000),
});

/** Drawn anew for every trigger. */
export const randomizeRig = z.strictObject({
  dome_radius: knob.optional(),
  light_radius: knob.optional(),
  intensity: knob.optional(),
});

export type LightingRanges = z.infer<typeof lighting>;
export type SourceRanges = z.infer<typeof source>;
export type Rig = z.infer<typeof rig>;
