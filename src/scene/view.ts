import type { Box, Light, Mat4, Rgb, Vec3 } from "./model.js";

/**
 * A camera looking down −Z (contract 1.3): rotated by `yawDeg` about Z after the small tilts about X and Y.
 * Orthographic: `u = W/2 + dot(p − position, right) / width · W`, `v` downwards likewise. Perspective: `width` and
 * `height` are the apertures and `focalLength` is in the same unit. Scene units.
 */
export type View = Readonly<{
  position: Vec3;
  yawDeg: number;
  tiltXDeg: number;
  tiltYDeg: number;
  projection: "orthographic" | "perspective";
  /** Window (orthographic) or aperture (perspective), scene units. */
  width: number;
  height: number;
  focalLength: number;
  /** Depth of field: lens radius and distance to the plane in focus; radius 0: everything is sharp. */
  lensRadius: number;
  focusDistance: number;
}>;

/** What the renderer gives back, row by row from the top left. */
export type Frame = Readonly<{
  width: number;
  height: number;
  /** Linear radiance, 3 per pixel. */
  rgb: Float32Array;
  /** Mean of the first half of the samples (zero with one sample), before any denoising. */
  half?: Float32Array;
  /** Part index + 1 at the pixel's centre; 0: nothing there. Exact and not anti-aliased. */
  ids: Uint32Array;
  /** Guides for the denoiser, 3 per pixel. */
  albedo: Float32Array;
  normal: Float32Array;
  /** Distance along the view axis in scene units; 0: nothing there. */
  depth: Float32Array;
  /** Rays traced, shadow rays included. */
  rays: number;
}>;

export type RenderSettings = Readonly<{
  view: View;
  /** Pixels. */
  width: number;
  height: number;
  samples: number;
  /** 0: direct light only. */
  bounces: number;
  seed: number;
  /** Take the noise out of `rgb` at the end; needs at least two samples. */
  denoise?: boolean;
  lights: readonly Light[];
  /** Called after each finished tile with the part of the picture that is done, 0 … 1. */
  onProgress?: (done: number) => void;
  signal?: AbortSignal;
}>;

/** New placement of a part; a part without an entry stays as it was last set. */
export type Pose = Readonly<{ world?: Mat4; visible?: boolean }>;

/** What can be changed of a material between frames. */
export type MaterialChange = Readonly<{
  color?: Rgb;
  metallic?: number;
  roughness?: number;
  specular?: number;
  bumps?: Readonly<{ slope: number; cell: number; octaves: number; seed: number }>;
}>;

/** A scene loaded into worker threads. Same settings and seed: same bytes, on any number of workers. */
export interface Renderer {
  render(settings: RenderSettings): Promise<Frame>;
  /** The id pass alone (centre rays, no shading): `ids` and `depth`. */
  identify(view: View, width: number, height: number): Promise<Pick<Frame, "ids" | "depth">>;
  /** Moves or hides parts; only the top level of the hierarchy is rebuilt. */
  pose(changes: ReadonlyMap<number, Pose>): Promise<void>;
  /** Changes materials by index. */
  material(changes: ReadonlyMap<number, MaterialChange>): Promise<void>;
  /** World box of the visible parts. */
  bounds(): Box;
  close(): Promise<void>;
}
