import type { Pixels } from "../../kit/images.js";
import type { Random } from "../../kit/random.js";
import type { Mask, Plane } from "../../vision/index.js";

/** A labelled defect as the bank keeps it: mask and, where known, picture, with clean surroundings; one frame. */
export type Specimen = Readonly<{
  id: string;
  defectType: string;
  mask: Mask;
  /** Undefined when only the shape is known. */
  picture?: Pixels;
  /** Extents along and across its main axis in pixels, and that axis in radians. */
  long: number;
  across: number;
  angle: number;
  area: number;
}>;

/** Raised whenever painters change what they paint: what an older one made is made again. */
export const RECIPE = 7;

/** How strongly, and how freely, a step of a checkpoint paints. */
export type Settings = Readonly<{
  /** Factor on the contrast of what is transplanted or drawn. */
  strength: number;
  /** 0: the best-fitting specimen only; 1: any of the better half. */
  variety: number;
}>;

/** What a painter gets: a cut-out of the picture around one defect. All have one size. */
export type Ground = Readonly<{
  image: Pixels;
  planes: readonly Plane[];
  grey: Plane;
  /** The defect. */
  region: Mask;
  /** The pixels that may change; never fewer than the defect's own, where these may change at all. */
  allowed: Mask;
  random: Random;
  settings: Settings;
}>;

/** New values of the pixels in `touched`, one plane a channel; elsewhere they are ignored. */
export type Paint = Readonly<{ planes: readonly Plane[]; touched: Mask; painter: string; specimen?: string }>;
