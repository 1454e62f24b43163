import type { Point } from "../board/board.js";
import { invert, transformPoint, transformPoints } from "../matrix.js";
import type { Box, Mat4, TriangleMesh } from "../model.js";
import { areaOf, convexHull, longestEdge } from "../outline.js";
import { landHeight } from "../poses/index.js";
import { bareSurface } from "./bare.js";
import { type Cover, coverOf, type Lattice, latticeOf, solderSurface } from "./field.js";
import { sheetOf } from "./sheet.js";

/** Node spacings across a pad's shorter side. */
const CELLS = 20;

/** What a good joint tells about its pad: outline, how much solder is there and how far it climbs. */
export type Joint = Readonly<{
  /** Frame of the lattice: Z up, X along the pad's longest edge, origin at the middle of the pad's surface. */
  toWorld: Mat4;
  toJoint: Mat4;
  lattice: Lattice;
  volume: number;
  climb: number;
  reach: number;
  film: number;
  /** The good part's metal stands on this pad. */
  touched: boolean;
}>;

/**
 * Reads a golden joint: `mesh` placed by `world`, and the metal of the part as it should stand (world triangles, 9
 * numbers each). Its solder is what lies over the pad beside the metal and in the gap below it. `millimetre` in scene
 * units. Undefined when the joint has no area seen from above.
 */
export function readJoint(
  mesh: TriangleMesh,
  world: Mat4,
  metal: Float64Array,
  millimetre: number,
): Joint | undefined {
  const points = transformPoints(mesh.points, world);
  const seen: Point[] = Array.from({ length: points.length / 3 }, (_, k) => [
    points[k * 3]!,
    points[k * 3 + 1]!,
  ]);
  const hull = convexHull(seen);
  if (hull.length < 3 || !(areaOf(hull) > 1e-6 * millimetre ** 2)) return undefined;
  const [c, s] = longestEdge(hull);
  const [x, y] = [0, 1].map((k) => hull.reduce((sum, p) => sum + p[k as 0 | 1], 0) / hull.length);
  const toWorld: Mat4 = [
    c,
    s,
    0,
    0,
    -s,
    c,
    0,
    0,
    0,
    0,
    1,
    0,
    x!,
    y!,
    landHeight(points, 0.5 * millimetre),
    1,
  ];
  const toJoint = invert(toWorld)!;
  const local = transformPoints(points, toJoint);
  const outline = hull.map((p) => {
    const [u, v] = transformPoint([p[0], p[1], 0], toJoint);
    return [u, v] as const;
  });

  const lattice = latticeOf(outline, CELLS);
  const solder = coverOf(lattice, soupOf(mesh, local));
  const over = coverOf(lattice, transformPoints(metal, toJoint));
  const reach = 0.05 * millimetre;
  let climb = 0;
  for (const z of solder.high) if (z > climb) climb = z;
  const { volume, touched } = solderBeside(lattice, solder, over, reach);
  const film = Math.min(0.015 * millimetre, (0.3 * volume) / areaOf(outline));
  return { toWorld, toJoint, lattice, volume, climb, reach: Math.max(reach, 0.25 * climb), film, touched };
}

/** The same solder around the metal where it now stands (world triangles); uneven where none touches the pad. */
export function remakeJoint(joint: Joint, metal: Float64Array): TriangleMesh {
  const cover = coverOf(joint.lattice, transformPoints(metal, joint.toJoint));
  const height = cover.low.some((low, at) => isWetted(cover, at, low, joint.reach))
    ? solderSurface({ ...joint, cover }).height
    : bareSurface(joint.lattice, joint.volume, keyOf(joint));
  return sheetOf(joint.lattice, height, 0);
}

/** Metal close enough above the pad to draw solder to it. */
function isWetted(cover: Cover, at: number, low: number, reach: number): boolean {
  return low <= reach && cover.high[at]! > 0;
}

/** Tells pads apart, the same on every run. */
function keyOf({ toWorld }: Joint): string {
  return [toWorld[12]!, toWorld[13]!, toWorld[14]!].map((v) => v.toPrecision(6)).join("/");
}

/**
 * True when the metal over the pad is not where it was: more than a fiftieth of the samples under metal differ by more
 * than 0.02 mm at the height of the solder.
 */
export function isDisturbed(
  joint: Joint,
  before: Float64Array,
  after: Float64Array,
  millimetre: number,
): boolean {
  const [a, b] = [before, after].map((soup) =>
    coverOf(joint.lattice, transformPoints(soup, joint.toJoint)),
  ) as [Cover, Cover];
  const least = 0.02 * millimetre;
  const wetted = (cover: Cover, at: number) => isWetted(cover, at, cover.low[at]!, joint.reach);
  let under = 0;
  let differ = 0;
  a.low.forEach((_, at) => {
    const [was, is] = [wetted(a, at), wetted(b, at)];
    if (!was && !is) return;
    under++;
    const top = (cover: Cover): number => Math.min(cover.high[at]!, joint.climb);
    if (was !== is || Math.abs(a.low[at]! - b.low[at]!) > least || Math.abs(top(a) - top(b)) > least)
      differ++;
  });
  return differ > under / 50;
}

function solderBeside(
  lattice: Lattice,
  solder: Cover,
  metal: Cover,
  reach: number,
): { volume: number; touched: boolean } {
  const fine = lattice.step / ((solder.columns - 1) / (lattice.columns - 1));
  let volume = 0;
  let touched = false;
  solder.high.forEach((top, at) => {
    if (!(top > 0)) return;
    const under = metal.low[at]! <= reach && metal.high[at]! > 0;
    touched ||= under;
    volume += (under ? Math.max(0, Math.min(top, metal.low[at]!)) : top) * fine * fine;
  });
  return { volume, touched };
}

/** Of triangles (9 numbers each) those whose box meets the box in X and Y. */
export function soupNear(soup: Float64Array, box: Box): Float64Array {
  const kept: number[] = [];
  for (let t = 0; t < soup.length; t += 9) {
    const [ax, bx, cx] = [soup[t]!, soup[t + 3]!, soup[t + 6]!];
    if (ax > box.max[0] && bx > box.max[0] && cx > box.max[0]) continue;
    if (ax < box.min[0] && bx < box.min[0] && cx < box.min[0]) continue;
    const [ay, by, cy] = [soup[t + 1]!, soup[t + 4]!, soup[t + 7]!];
    if (ay > box.max[1] && by > box.max[1] && cy > box.max[1]) continue;
    if (ay < box.min[1] && by < box.min[1] && cy < box.min[1]) continue;
    kept.push(t);
  }
  const out = new Float64Array(kept.length * 9);
  kept.forEach((t, k) => {
    for (let i = 0; i < 9; i++) out[k * 9 + i] = soup[t + i]!;
  });
  return out;
}

/** Triangles as 9 numbers each. `points`: the mesh's vertices, moved. */
export function soupOf(mesh: TriangleMesh, points: ArrayLike<number>): Float64Array {
  const out = new Float64Array(mesh.triangles.length * 3);
  mesh.triangles.forEach((vertex, corner) => {
    for (let k = 0; k < 3; k++) out[corner * 3 + k] = points[vertex * 3 + k]!;
  });
  return out;
}
