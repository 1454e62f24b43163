import { boxOf, isEmpty } from "../box.js";
import { invert, transformDirection, transformPoint, transformPoints } from "../matrix.js";
import type { Box, Mat4, Part, TriangleMesh, Vec3 } from "../model.js";
import { landHeight } from "./land.js";

/**
 * A component as it stands on the board: a right-handed frame with Z away from the board, X and Y along the component's
 * sides, the origin in the middle of its bottom; scene units. Found from the vertices, so that it holds for any mounting angle.
 */
export type Stand = Readonly<{
  /** Frame to world and back; rigid. */
  toWorld: Mat4;
  toStand: Mat4;
  /** Extent in the frame; `min[2]` is 0 and X and Y are symmetrical. */
  box: Box;
  /** Every vertex in the frame, 3 numbers each. */
  points: Float64Array;
  /** Where the lowest point comes to rest: 0, or the lands' height above the tips of pins that go through the board. */
  rest: number;
  /** Extents of the joints in the frame, one a pad. */
  joints: readonly Box[];
}>;

/**
 * Undefined when the parts have no vertices. `world` is the component prim's matrix, `joints` the world vertices of each
 * of its solder joints: they tell on which side of the board it is and where the lands are. `millimetre` in scene units.
 */
export function standOf(
  world: Mat4,
  parts: readonly Pick<Part, "mesh" | "world">[],
  meshes: readonly TriangleMesh[],
  millimetre: number,
  joints: readonly Float64Array[] = [],
): Stand | undefined {
  const x = levelAxis(world);
  const clouds = parts.map((part) => transformPoints(meshes[part.mesh]!.points, part.world));
  const own = parts.map((part) => meshes[part.mesh]!);
  const below = joints.length > 0 && hangsBelow(clouds, own, joints);
  const up = below ? -1 : 1;
  const turn: Mat4 = [x[0], x[1], 0, 0, -x[1] * up, x[0] * up, 0, 0, 0, 0, up, 0, 0, 0, 0, 1];
  const back = invert(turn)!;
  const points = new Float64Array(clouds.reduce((sum, cloud) => sum + cloud.length, 0));
  let at = 0;
  for (const cloud of clouds) {
    points.set(transformPoints(cloud, back), at);
    at += cloud.length;
  }
  const box = boxOf(points);
  if (isEmpty(box)) return undefined;
  const shift: Vec3 = [(box.min[0] + box.max[0]) / 2, (box.min[1] + box.max[1]) / 2, box.min[2]];
  const toWorld: Mat4 = [...turn.slice(0, 12), ...transformPoint(shift, turn), 1];
  for (let i = 0; i < points.length; i++) points[i]! -= shift[(i % 3) as 0 | 1 | 2];
  // Seen from the component's own side of the board.
  const turned = joints.map((cloud) => transformPoints(cloud, back));
  const lands = joints.length === 0 ? -Infinity : middleLand(turned, 0.5 * millimetre);
  const rest = Math.max(0, lands - shift[2]);
  const toStand = invert(toWorld)!;
  return {
    ...{ toWorld, toStand, box: boxOf(points), points, rest },
    joints: joints.map((cloud) => boxOf(transformPoints(cloud, toStand))),
  };
}

/** The land that most joints stand on: the middle one of all. */
function middleLand(joints: readonly Float64Array[], gap: number): number {
  return joints.map((points) => landHeight(points, gap)).sort((a, b) => a - b)[joints.length >> 1]!;
}

/** True when the component lies below its joints. Seen from above: pins, long but thin, hardly count. */
function hangsBelow(
  clouds: readonly Float64Array[],
  meshes: readonly TriangleMesh[],
  joints: readonly Float64Array[],
): boolean {
  const boxes = joints.map(boxOf);
  const soldered = boxes.reduce((sum, box) => sum + box.min[2] + box.max[2], 0) / (2 * boxes.length);
  let area = 0;
  let moment = 0;
  clouds.forEach((p, k) => {
    const { triangles } = meshes[k]!;
    for (let t = 0; t < triangles.length; t += 3) {
      const [a, b, c] = [triangles[t]! * 3, triangles[t + 1]! * 3, triangles[t + 2]! * 3];
      const seen = Math.abs(
        (p[b]! - p[a]!) * (p[c + 1]! - p[a + 1]!) - (p[b + 1]! - p[a + 1]!) * (p[c]! - p[a]!),
      );
      area += seen;
      moment += (seen * (p[a + 2]! + p[b + 2]! + p[c + 2]!)) / 3;
    }
  });
  return area > 0 && moment / area < soldered;
}

/** Height of the lowest vertex after a motion within the frame. */
export function lowest(points: Float64Array, m: Mat4): number {
  let low = Infinity;
  for (let i = 0; i < points.length; i += 3) {
    const z = points[i]! * m[2]! + points[i + 1]! * m[6]! + points[i + 2]! * m[10]! + m[14]!;
    if (z < low) low = z;
  }
  return low;
}

/** Horizontal direction of the component's own axis that is most level, X before Y before Z; of unit length. */
function levelAxis(world: Mat4): Vec3 {
  const axes = (
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const
  ).map((axis) => {
    const v = transformDirection(axis, world);
    const length = Math.hypot(...v);
    return { v, level: length > 0 ? Math.hypot(v[0], v[1]) / length : 0 };
  });
  const best = axes.reduce((a, b) => (b.level > a.level + 1e-6 ? b : a));
  if (!(best.level > 0)) return [1, 0, 0];
  const length = Math.hypot(best.v[0], best.v[1]);
  return [best.v[0] / length, best.v[1] / length, 0];
}
