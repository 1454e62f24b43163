import { z } from "zod";
import { names, nonNegative, unit } from "./fields.js";

/** What every kind of defect has. `ratio` is of the whole pool, also with a filter (contract 3.2). */
const common = {
  enabled: z.boolean().default(false),
  ratio: unit.default(0.2),
  /** Only parts whose path contains one of these. */
  component_types: names.optional(),
} as const;

const tilt = z.strictObject({
  ...common,
  angle_min: z.number().min(0).max(180).default(70),
  angle_max: z.number().min(0).max(180).default(90),
});

/** In the order of the file. Lengths in millimetres, angles in degrees (contract 3.3). */
export const defects = z.strictObject({
  shift: z
    .strictObject({
      ...common,
      translate_range: nonNegative.default(0.2),
      rotate_z_range: nonNegative.max(180).default(15),
    })
    .optional(),
  tombstone: tilt.optional(),
  sideflip: tilt.optional(),
  reverse_polarity: z.strictObject(common).optional(),
  missing: z.strictObject({ ratio: unit.default(0.5), enabled: z.boolean().optional() }).optional(),
});

export const missing = z.strictObject({ ratio: unit.default(0.5) });

export type Defects = z.infer<typeof defects>;
