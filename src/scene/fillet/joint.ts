import type { Point } from "../board/board.js";
import { invert, transformDirection, transformPoints } from "../matrix.js";
import type { Mat4, TriangleMesh } from "../model.js";
import { type Cover, coverOf, type Lattice, latticeOf, solderSurface } from "./field.js";
import { areaOf, convexHull } from "./outline.js";
import { sheetOf } from "./sheet.js";

/** Node spacings across a pad's shorter side. */
const CELLS = 20;

/** What a good joint tells about its pad: outline, how much solder is there and how far it climbs. */
export type Joint = Readonly<{
  /** Frame of the lattice: Z up, X along the golden joint, origin at the middle of the pad's surface. */
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
  const along = transformDirection([1, 0, 0], world);
  const level = Math.hypot(along[0], along[1]);
  const [c, s] = level > 1e-9 ? [along[0] / level, along[1] / level] : [1, 0];
  const points = transformPoints(mesh.points, world);
  const origin: [number, number, number] = [0, 0, Infinity];
  for (let i = 0; i < points.length; i += 3) {
    origin[0] += (points[i]! * 3) / points.length;
    origin[1] += (points[i + 1]! * 3) / points.length;
    origin[2] = Math.min(origin[2], points[i + 2]!);
  }
  const toWorld: Mat4 = [c, s, 0, 0, -s, c, 0, 0, 0, 0, 1, 0, ...origin, 1];
  const toJoint = invert(toWorld)!;
  const local = transformPoints(points, toJoint);
  const flat: Point[] = Array.from({ length: local.length / 3 }, (_, k) => [
    local[k * 3]!,
    local[k * 3 + 1]!,
  ]);
  const outline = convexHull(flat);
  if (outline.length < 3 || !(areaOf(outline) > 1e-6 * millimetre ** 2)) return undefined;

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

/** The same solder around the metal where it now stands (world triangles; none: the part is gone). */
export function remakeJoint(joint: Joint, metal: Float64Array): TriangleMesh {
  const cover = coverOf(joint.lattice, transformPoints(metal, joint.toJoint));
  const { height } = solderSurface({ ...joint, cover });
  return sheetOf(joint.lattice, height, 0);
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

/** Triangles as 9 numbers each. `points`: the mesh's vertices, moved. */
export function soupOf(mesh: TriangleMesh, points: ArrayLike<number>): Float64Array {
  const out = new Float64Array(mesh.triangles.length * 3);
  mesh.triangles.forEach((vertex, corner) => {
    for (let k = 0; k < 3; k++) out[corner * 3 + k] = points[vertex * 3 + k]!;
  });
  return out;
}
