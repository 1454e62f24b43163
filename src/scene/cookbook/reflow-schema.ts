import { z } from "zod";
import { nonNegative, positive, range, rgb } from "./fields.js";

/** Lightings as inspection machines capture them; see `lights/named.ts`. */
export const NAMED_LIGHTINGS = ["SolderLight", "UniformLight", "LowAngleLight", "WhiteLight"] as const;
export type NamedLighting = (typeof NAMED_LIGHTINGS)[number];

const namedLighting = z.enum(NAMED_LIGHTINGS, { error: `must be one of ${NAMED_LIGHTINGS.join(", ")}` });

/** Changes of one named lighting. Elevations in degrees above the board. */
const lightingChange = z.strictObject({
  /** Factor of the brightness, drawn anew for every trigger. */
  brightness: range.optional(),
  /** Colour of the white lightings. */
  color: rgb.optional(),
  /** Rings of LowAngleLight between these elevations. */
  elevation: range.optional(),
});

/** What only Reflow knows. Everything else in a cookbook is the common schema. */
export const reflow = z.strictObject({
  /** Every frame is captured once under each, with identical pose. The first one is `rgb_<id>.png`. */
  lightings: z.array(namedLighting).min(1).optional(),
  lighting: z
    .strictObject({
      SolderLight: lightingChange.optional(),
      UniformLight: lightingChange.optional(),
      LowAngleLight: lightingChange.optional(),
      WhiteLight: lightingChange.optional(),
    })
    .optional(),
  /** Brightness of the picture in f-stops against the calibrated exposure. */
  exposure: z.number().min(-10).max(10).default(0),
  /** Depth of field: radius of the lens and height of the sharp plane above the board's top, in millimetres. */
  lens: z.strictObject({ radius_mm: nonNegative, focus_height_mm: z.number().default(0) }).optional(),
  sensor: z
    .strictObject({
      /** Standard deviation of the point spread, in pixels. */
      psf_px: nonNegative.max(20).optional(),
      /** Electrons at full scale: less is noisier. */
      full_well: positive.optional(),
      /** Standard deviation of the read noise, in grey levels of 255. */
      read_noise: nonNegative.optional(),
      /** Light lost in the corners, 0 … 1. */
      vignetting: nonNegative.max(1).optional(),
      /** Colours by an RGGB pattern. */
      mosaic: z.boolean().optional(),
      /** JPEG quality the picture goes through, 1 … 100. */
      jpeg_quality: z.int().min(1).max(100).optional(),
    })
    .optional(),
  /** Missing flow: also write the golden pictures, without which no pairs can be built. */
  reference_rgb: z.boolean().default(true),
  /**
   * How defective parts stand: as on a real board, or by the arithmetic of the common factory, in which some
   * tombstones turn down through the board (contract 3.3).
   */
  defect_geometry: z.enum(["physical", "compatible"]).default("physical"),
});

export type ReflowOptions = z.infer<typeof reflow>;
