import { type Affine, centroid, type Mask, overlap, warpMask } from "../../vision/index.js";
import { extents } from "../exemplar.js";
import type { Specimen } from "./types.js";

/** How a specimen is laid under a mask. `map` leads from the place in the picture to the place in the specimen. */
export type Alignment = Readonly<{
  map: Affine;
  /** Overlap of the laid mask with the wanted one (intersection over union). */
  fit: number;
  /** Size of the picture's defect relative to the specimen's, geometric mean of both axes. */
  scale: number;
}>;

/** Above this ratio of the axes a mask has a direction, and the specimen is turned to it. */
const SLIM = 1.6;

/**
 * Lays a specimen under a region by the moments of both masks. Slim masks are turned onto each other (both ways, and
 * mirrored); round ones keep their direction, because light comes from one side. Best fit first.
 */
export function alignments(e: Specimen, region: Mask): Alignment[] {
  const at = centroid(region);
  const from = centroid(e.mask);
  const want = extents(region);
  const slim = want.long / Math.max(1, want.across) > SLIM && e.long / Math.max(1, e.across) > SLIM;
  const found: Alignment[] = [];
  const size = Math.sqrt(want.long * want.across) / Math.sqrt(Math.max(1, e.long * e.across));
  for (const mirror of [1, -1])
    for (const over of [0, Math.PI]) {
      const [along, side] = slim
        ? [want.long / Math.max(1, e.long), want.across / Math.max(1, e.across)]
        : [size, size];
      // Place in the picture → its main axes → sizes → the specimen's main axes.
      const turnIn = slim ? -want.angle : 0;
      const turnOut = slim ? e.angle + over : over;
      const [ci, si] = [Math.cos(turnIn), Math.sin(turnIn)];
      const [co, so] = [Math.cos(turnOut), Math.sin(turnOut)];
      const [kx, ky] = [1 / along, mirror / side];
      const a = co * kx * ci - so * ky * si;
      const b = -co * kx * si - so * ky * ci;
      const d = so * kx * ci + co * ky * si;
      const f = -so * kx * si + co * ky * ci;
      const map: Affine = [a, b, from.x - a * at.x - b * at.y, d, f, from.y - d * at.x - f * at.y];
      found.push({
        map,
        fit: overlap(warpMask(e.mask, map, region.width, region.height), region),
        scale: Math.sqrt(along * side),
      });
    }
  return found.sort((p, q) => q.fit - p.fit);
}
