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
 * mirrored); round ones keep their direction, because light comes from one side. Best fit first. `turn` says how the picture
 * has to be turned where the stripes of both surfaces must agree, radians clockwise; slim masks then are no exception.
 */
export function alignments(e: Specimen, region: Mask, turn?: number): Alignment[] {
  const at = centroid(region);
  const from = centroid(e.mask);
  const want = extents(region);
  const slim =
    turn === undefined &&
    want.long / Math.max(1, want.across) > SLIM &&
    e.long / Math.max(1, e.across) > SLIM;
  const found: Alignment[] = [];
  const size = Math.sqrt(want.long * want.across) / Math.sqrt(Math.max(1, e.long * e.across));
  const upright = turn === undefined ? [size, size] : sidesOf(region, e.mask, turn);
  // A mirror image of slanted stripes slants the other way.
  for (const mirror of turn === undefined ? [1, -1] : [1])
    for (const over of [0, Math.PI]) {
      const [along, side] = slim
        ? [want.long / Math.max(1, e.long), want.across / Math.max(1, e.across)]
        : turn === undefined
          ? [size, size]
          : upright;
      // Place in the picture → its main axes → sizes → the specimen's main axes.
      const turnIn = slim ? -want.angle : -(turn ?? 0);
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

/** Sizes along the specimen's x and y may each differ this much from their geometric mean. */
const UNEVEN = 1.5;

/** Sizes in the specimen's own axes, x and y, once it is turned: by the spread of both masks along these. */
function sidesOf(region: Mask, of: Mask, turn: number): [number, number] {
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const there = spreads(of, 1, 0);
  const here = spreads(region, c, s);
  const [x, y] = [here[0] / there[0], here[1] / there[1]];
  const size = Math.sqrt(x * y);
  const ratio = Math.max(1 / UNEVEN, Math.min(UNEVEN, Math.sqrt(x / y)));
  return [size * ratio, size / ratio];
}

/** Standard deviations of a mask along (c, s) and across it, pixels; never below a third. */
function spreads(m: Mask, c: number, s: number): [number, number] {
  const { x, y } = centroid(m);
  let [along, across, n] = [0, 0, 0];
  for (let i = 0; i < m.data.length; i++)
    if (m.data[i]) {
      const [dx, dy] = [(i % m.width) - x, Math.floor(i / m.width) - y];
      along += (c * dx + s * dy) ** 2;
      across += (c * dy - s * dx) ** 2;
      n++;
    }
  const root = (v: number): number => Math.max(1 / 3, Math.sqrt(v / Math.max(1, n)));
  return [root(along), root(across)];
}
