import type { ReflowOptions } from "../scene/cookbook/index.js";

export type CameraName = "generator" | "line";

/** A camera and how it stands: tilt in degrees to either side, drawn anew for every scan. */
type Camera = Readonly<{ tilt: number; reflow: Partial<ReflowOptions> }>;

/**
 * The generator's camera is what a CAD department guesses: nearly ideal. The one of the line is what a factory has: a
 * softer lens, a colour filter, lamps that are yellow and drift, more noise, darker corners, another exposure, JPEG, and boards that lie a little askew.
 */
export const CAMERAS: Readonly<Record<CameraName, Camera>> = {
  generator: {
    tilt: 0,
    reflow: { sensor: { psf_px: 0.6, vignetting: 0.04, full_well: 12000, read_noise: 0.5, mosaic: false } },
  },
  line: {
    tilt: 0.25,
    reflow: {
      exposure: 0.35,
      lighting: { WhiteLight: { brightness: [0.85, 1.12], color: [1, 0.95, 0.86] } },
      lens: { radius_mm: 0.6, focus_height_mm: -0.4 },
      sensor: {
        psf_px: 1,
        vignetting: 0.12,
        full_well: 5000,
        read_noise: 1.5,
        mosaic: true,
        jpeg_quality: 88,
      },
    },
  },
};
