import { z } from "zod";

const flags = {
  rgb: z.boolean().default(true),
  semantic_segmentation: z.boolean().default(true),
  bounding_box_2d_tight: z.boolean().default(true),
  bounding_box_2d_loose: z.boolean().default(false),
  bounding_box_3d: z.boolean().default(false),
  instance_id_segmentation: z.boolean().default(false),
  colorize_semantic_segmentation: z.boolean().default(true),
  colorize_instance_id_segmentation: z.boolean().default(false),
  distance_to_camera: z.boolean().default(false),
  distance_to_image_plane: z.boolean().default(false),
  colorize_depth: z.boolean().default(false),
  image_output_format: z.literal("png").default("png"),
  semantic_types: z.array(z.string().min(1)).default(["class"]),
  semantic_filter_predicate: z.string().optional(),
  /** Digits of a frame number. */
  frame_padding: z.int().min(1).max(12).default(4),
} as const;

const outputs = z.strictObject(flags);

/** Which files a frame has; the missing flow has two passes (contract 1.5, 3.4). */
export const writer = z.strictObject({
  ...flags,
  reference: outputs.optional(),
  defective: outputs.optional(),
});

export type WriterOutputs = z.infer<typeof outputs>;
