import { z } from "zod";
import { count } from "./fields.js";

/** `day0_crop.yaml` (dig 6.3). */
export const cropConfigSchema = z.strictObject({
  output: z.strictObject({ dir: z.string().optional() }).optional(),
  crop: z.strictObject({
    /** Folder of frames inside the render; `aligned` holds registered photos. */
    source: z.string().min(1).default("aligned"),
    /** Shell pattern of frame ids. */
    pattern: z.string().min(1).default("0000"),
    classes: z.array(z.string().min(1)).min(1),
    morph_kernel: z.int().min(0).max(256).default(2),
    min_area: z.number().min(0).default(50),
    max_area: z.number().min(0).nullable().default(null),
    offset: z.int().min(0).max(65_536).default(10),
    edge_skip: z.boolean().default(true),
    min_coverage: z.number().min(0).max(1).default(0.2),
    max_emit: count.nullable().default(null),
    bridge: z.boolean().default(false),
    bridge_dis: z.number().min(0).default(20),
    bridge_classes: z.array(z.string().min(1)).default([]),
    class_dirs: z.record(z.string(), z.string().min(1)).optional(),
  }),
  reflow: z
    .strictObject({
      /** What `max_emit` counts: crops of a material in one cell, or all crops together. */
      max_emit_scope: z.enum(["cell", "global"]).default("cell"),
    })
    .prefault({}),
});

export type CropConfig = z.infer<typeof cropConfigSchema>;
