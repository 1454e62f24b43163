import { z } from "zod";
import { knob, names, nonNegative, primPath, rgb, rgbKnobs, unit } from "./fields.js";

/** Fixed overrides of the three shader buckets (contract 1.8). */
export const componentMaterial = z.strictObject({
  body_color: rgb.optional(),
  body_roughness: unit.optional(),
  body_metallic: unit.optional(),
  tin_color: rgb.optional(),
  tin_roughness: unit.optional(),
  tin_metallic: unit.optional(),
  pad_color: rgb.optional(),
  pad_roughness: unit.optional(),
  pad_metallic: unit.optional(),
});

/** Drawn for every trigger and, with several samples of a cell, for every sample (contract 1.8). */
export const randomizeMaterial = z.strictObject({
  body_r: knob.optional(),
  body_g: knob.optional(),
  body_b: knob.optional(),
  body_roughness: knob.optional(),
  body_metallic: knob.optional(),
  tin_roughness: knob.optional(),
  pad_roughness: knob.optional(),
  tin_color: rgbKnobs.optional(),
  pad_color: rgbKnobs.optional(),
  tin_metallic: knob.optional(),
  pad_metallic: knob.optional(),
});

export const BOARD_MATERIALS = [
  "SolderMask",
  "Silkscreen",
  "OuterConductor",
  "SolderPaste",
  "InnerConductor",
  "Dielectric",
] as const;

const boardLayer = z.strictObject({
  color: rgb.optional(),
  roughness: unit.optional(),
  metallic: unit.optional(),
  diffuse_weight: unit.optional(),
  specular_weight: unit.optional(),
});

export const boardMaterial = z.strictObject({
  SolderMask: boardLayer.optional(),
  Silkscreen: boardLayer.optional(),
  OuterConductor: boardLayer.optional(),
  SolderPaste: boardLayer.optional(),
  InnerConductor: boardLayer.optional(),
  Dielectric: boardLayer.optional(),
});

/** Solder at both ends of a component's long axis (contract 1.8). */
export const solderFillet = z.strictObject({
  enabled: z.boolean().default(false),
  adaptive_scale: z.boolean().default(true),
  fillet_sx: nonNegative.optional(),
  fillet_sz: nonNegative.optional(),
  inward_offset_mm: z.number().optional(),
  inward_frac: z.number().optional(),
  z_offset_mm: z.number().optional(),
  long_edge: nonNegative.optional(),
  x_scale: nonNegative.optional(),
  platform_start: unit.optional(),
  platform_end: unit.optional(),
  smoothness_y: z.number().optional(),
  bump: z.number().optional(),
  delta_x_decay: z.number().optional(),
  noise_scale: nonNegative.optional(),
  noise_octaves: nonNegative.max(16).optional(),
  noise_amp: nonNegative.optional(),
  resolution: z.number().min(2).max(500).optional(),
  mat_color: rgb.optional(),
  mat_metallic: unit.optional(),
  mat_roughness: unit.optional(),
});

export const randomizeFillet = z.strictObject({
  platform_start: knob.optional(),
  platform_end: knob.optional(),
  smoothness_y: knob.optional(),
  bump: knob.optional(),
  delta_x_decay: knob.optional(),
  noise_scale: knob.optional(),
  noise_amp: knob.optional(),
  fillet_sx: knob.optional(),
  fillet_sz: knob.optional(),
});

/** The surface noise of tin (contract 1.8). */
export const tinNoise = z.strictObject({
  enabled: z.boolean().default(false),
  noise_amp: nonNegative.default(0.18),
  noise_scale: nonNegative.default(4.27),
  noise_octaves: nonNegative.max(16).default(5.14),
  resolution: nonNegative.optional(),
  bump_factor: nonNegative.default(0.24),
  texture_scale: nonNegative.default(17.62),
  smooth_sigma: nonNegative.default(1),
});

export const randomizeTinNoise = z.strictObject({
  noise_amp: knob.optional(),
  noise_scale: knob.optional(),
  noise_octaves: knob.optional(),
  resolution: knob.optional(),
  bump_factor: knob.optional(),
  texture_scale: knob.optional(),
});

/** All keys about materials. */
export const materialKeys = {
  vantablack_components: z.boolean().default(true),
  component_material: componentMaterial.optional(),
  randomize_material: randomizeMaterial.optional(),
  board_material: boardMaterial.optional(),
  extra_blackout_prims: z.array(primPath).optional(),
  extra_blackout_enabled: z.boolean().optional(),
  solder_fillet: solderFillet.optional(),
  randomize_fillet: randomizeFillet.optional(),
  tin_noise: tinNoise.optional(),
  randomize_tin_noise: randomizeTinNoise.optional(),
} as const;

export const componentTypes = z.union([names, z.string(), z.literal(0)], {
  error: "must be a list of footprint names, ALL, 0 or a subset of the component registry",
});

export type ComponentMaterial = z.infer<typeof componentMaterial>;
export type RandomizeMaterial = z.infer<typeof randomizeMaterial>;
export type BoardMaterial = z.infer<typeof boardMaterial>;
export type TinNoise = z.infer<typeof tinNoise>;
