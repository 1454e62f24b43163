import { z } from "zod";
import { defects, missing } from "./defect-schema.js";
import { count, names, positive, primPath, range } from "./fields.js";
import { lighting, randomizeRig, rig } from "./lighting-schema.js";
import { componentTypes, materialKeys } from "./material-schema.js";
import { reflow } from "./reflow-schema.js";
import { writer } from "./writer-schema.js";

const scanGrid = z.strictObject({
  x_num: count.nullable().optional(),
  y_num: count.nullable().optional(),
  z_min: z.number().nullable().optional(),
  // The written-out form.
  x_start: z.number().optional(),
  x_end: z.number().optional(),
  y_start: z.number().optional(),
  y_end: z.number().optional(),
  step: z.number().optional(),
  x_step: z.number().optional(),
  y_step: z.number().optional(),
  z: z.number().optional(),
});

/** Settings of the path tracer; those that only other renderers have are accepted and kept. */
const pathtracing = z.strictObject({
  spp: count.default(1),
  total_spp: count.max(65_536).default(32),
  max_bounces: z.int().min(0).max(64).default(4),
  max_specular_and_transmission_bounces: z.int().optional(),
  max_volume_bounces: z.int().optional(),
  ptfog_max_bounces: z.int().optional(),
  ptvol_max_bounces: z.int().optional(),
  adaptive_sampling_enabled: z.boolean().optional(),
  adaptive_sampling_target_error: z.number().optional(),
  cached_enabled: z.boolean().optional(),
  lightcache_cached_enabled: z.boolean().optional(),
  ris_mesh_lights: z.boolean().optional(),
  optix_denoiser_enabled: z.boolean().optional(),
  optix_denoiser_temporal_enabled: z.boolean().optional(),
  optix_denoiser_blend_factor: z.number().optional(),
  optix_denoiser_denoise_aovs: z.boolean().optional(),
  firefly_filter_enabled: z.boolean().optional(),
  aa_op: z.int().optional(),
  aa_filter_radius: z.number().optional(),
  reset_pt_accum_on_anim_time_change: z.boolean().optional(),
  fractional_cutout_opacity: z.boolean().optional(),
});

const motionBlur = z.strictObject({
  enabled: z.boolean().optional(),
  probability: z.number().min(0).max(1).default(0.8),
  alpha_range: range.default([0.01, 0.3]),
  kernel_choices: z.array(z.int().min(1).max(63)).min(1).default([5, 7]),
});

const label = z.union([z.string(), z.number(), z.boolean()], { error: "must be a text" });

const semanticRule = z.strictObject({
  match: z
    .string()
    .min(1)
    .refine((glob) => !glob.includes("\0"), { error: "must not contain a NUL character" }),
  labels: z.record(z.string(), label, { error: "must be a map of labels" }).nullable().optional(),
});

const point = z.tuple([z.number(), z.number(), z.number()], { error: "must be [x, y, z]" });

/** `pcba_target.yaml` together with one of the image files, merged (contract 1.6, dig 6.1, 6.2, 6.4). */
export const renderConfigSchema = z.strictObject({
  // The board.
  scene: z.string().optional(),
  pcba_root: primPath,
  camera_path: primPath,
  camera_xform_path: primPath,
  ring_light_root: primPath,
  component_types: componentTypes.optional(),
  horizontal_aperture: positive.optional(),
  vertical_aperture: positive.optional(),
  focal_length: positive.optional(),
  // The run.
  pipeline_type: z.enum(["good", "defect", "missing"]).default("good"),
  seed: z.int().default(0),
  random_seed: z.int().min(0).max(0xffffffff).default(0),
  max_image_count: z.int().min(-1).default(-1),
  num_triggers: count.max(9999).default(1),
  samples_per_position: count.default(1),
  rename_to_grid_index: z.boolean().default(false),
  flat_output: z.boolean().default(false),
  output: z.string().optional(),
  // The picture.
  resolution: z
    .tuple([z.int().min(16).max(16_384), z.int().min(16).max(16_384)], {
      error: "must be [width, height] in pixels, each from 16 to 16384",
    })
    .default([1920, 1080]),
  render_mode: z.enum(["pathtracing", "realtime"]).default("pathtracing"),
  pathtracing: pathtracing.prefault({}),
  realtime: z.strictObject({ subframes: count.optional() }).optional(),
  scan_grid: scanGrid.default({ x_num: 10, y_num: 10 }),
  camera_position: z.strictObject({ translate: point }).optional(),
  camera_rotation: z
    .strictObject({
      x_range: range.default([0, 0]),
      y_range: range.default([0, 0]),
      z_fixed: z.number().default(0),
    })
    .prefault({}),
  auto_locate_prim_path: primPath.optional(),
  auto_locate_component: z.string().min(1).optional(),
  component_list_override: names.optional(),
  augmentation: z.strictObject({ motion_blur: motionBlur.prefault({}) }).optional(),
  // Light and materials.
  use_scene_lights: z.boolean().default(false),
  preserve_scene_light_color: z.boolean().default(false),
  lighting: lighting.optional(),
  rig: rig.prefault({}),
  randomize_rig: randomizeRig.optional(),
  ...materialKeys,
  // Labels and defects.
  semantics: z.array(semanticRule).optional(),
  defects: defects.optional(),
  missing: missing.optional(),
  randomize_defects_per_trigger: z.boolean().default(false),
  writer: writer.prefault({}),
  /** Read by the crop step. */
  crop: z.record(z.string(), z.unknown()).optional(),
  reflow: reflow.prefault({}),
});

/** Fields keep the names of the files. */
export type RenderConfig = Omit<z.infer<typeof renderConfigSchema>, "component_types"> &
  Readonly<{ component_types?: readonly string[] | "ALL" }>;
export type SemanticRule = z.infer<typeof semanticRule>;
