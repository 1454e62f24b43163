import type { TriangleMesh } from "../model.js";
import type { PerCorner, Polygons } from "./polygons.js";
import { triangulate } from "./triangulate.js";

export type Triangulated = Readonly<{
  mesh?: TriangleMesh;
  /** Faces that gave no triangle, and triangles without area. */
  dropped: number;
}>;

/** Coordinates beyond this are taken for damage. */
const FAR = 1e15;

/**
 * Triangles of the chosen faces (all when `faces` is left out), counter-clockwise seen from outside. Points that no
 * triangle uses are left out. Faces with an index out of range, a coordinate that is no finite number, or no area are
 * dropped and counted.
 */
export function trianglesOf(polygons: Polygons, starts: Int32Array, faces?: ArrayLike<number>): Triangulated {
  const { points, indices, counts } = polygons;
  const total = points.length / 3;
  const renumber = new Map<number, number>();
  const used: number[] = [];
  const triangles: number[] = [];
  const normals = polygons.normals && new CornerData(polygons.normals, 3);
  const uvs = polygons.uvs && new CornerData(polygons.uvs, 2);
  let dropped = 0;
  const place = (corner: number): readonly [number, number, number] => {
    const p = 3 * indices[corner];
    return [points[p], points[p + 1], points[p + 2]];
  };
  const usable = (corner: number): boolean => {
    const index = indices[corner];
    if (!(index >= 0 && index < total)) return false;
    const p = 3 * index;
    return Math.abs(points[p]) < FAR && Math.abs(points[p + 1]) < FAR && Math.abs(points[p + 2]) < FAR;
  };
  const pointNumber = (corner: number): number => {
    const index = indices[corner];
    const known = renumber.get(index);
    if (known !== undefined) return known;
    const fresh = renumber.size;
    renumber.set(index, fresh);
    used.push(index);
    return fresh;
  };
  const count = faces ? faces.length : counts.length;
  for (let f = 0; f < count; f++) {
    const face = faces ? faces[f] : f;
    if (polygons.holes.has(face)) continue;
    const start = starts[face];
    const n = counts[face];
    let whole = n >= 3;
    for (let i = 0; whole && i < n; i++) whole = usable(start + i);
    const cut = whole ? triangulate(n, (i) => place(start + i)) : [];
    if (cut.length === 0) dropped++;
    for (let i = 0; i < cut.length; i += 3) {
      const a = start + cut[i];
      const [b, c] = polygons.leftHanded
        ? [start + cut[i + 2], start + cut[i + 1]]
        : [start + cut[i + 1], start + cut[i + 2]];
      if (!hasArea(place(a), place(b), place(c))) {
        dropped++;
        continue;
      }
      for (const corner of [a, b, c]) {
        triangles.push(pointNumber(corner));
        normals?.push(corner, indices[corner], face);
        uvs?.push(corner, indices[corner], face);
      }
    }
  }
  if (triangles.length === 0) return { dropped };
  const kept = new Float32Array(used.length * 3);
  used.forEach((index, i) => {
    for (let c = 0; c < 3; c++) kept[3 * i + c] = points[3 * index + c];
  });
  const mesh: TriangleMesh = {
    points: kept,
    triangles: Uint32Array.from(triangles),
    ...(normals?.whole ? { normals: unitNormals(normals.values, kept, triangles) } : {}),
    ...(uvs?.whole ? { uvs: Float32Array.from(uvs.values) } : {}),
  };
  return { mesh, dropped };
}

/** Gathers values per corner; one that is missing makes the whole set unusable. */
class CornerData {
  readonly values: number[] = [];
  whole = true;
  constructor(
    private readonly data: PerCorner,
    private readonly width: number,
  ) {}
  push(corner: number, point: number, face: number): void {
    const element = this.data.of(corner, point, face);
    const start = element * this.width;
    if (!(element >= 0 && start + this.width <= this.data.values.length)) this.whole = false;
    for (let i = 0; i < this.width; i++) this.values.push(this.data.values[start + i] ?? 0);
  }
}

type Point = readonly [number, number, number];

/** False for a triangle whose height is below a millionth of its longest edge. */
function hasArea(a: Point, b: Point, c: Point): boolean {
  const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
  const [wx, wy, wz] = [c[0] - b[0], c[1] - b[1], c[2] - b[2]];
  const cross = Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx);
  const longest = Math.max(
    ux * ux + uy * uy + uz * uz,
    vx * vx + vy * vy + vz * vz,
    wx * wx + wy * wy + wz * wz,
  );
  return cross > 1e-6 * longest && cross > 0;
}

/** Normals scaled to unit length; one without length gets the triangle's own. */
function unitNormals(
  values: readonly number[],
  points: Float32Array,
  triangles: readonly number[],
): Float32Array {
  const out = new Float32Array(values.length);
  for (let corner = 0; corner < triangles.length; corner++) {
    const i = 3 * corner;
    const length = Math.hypot(values[i], values[i + 1], values[i + 2]);
    const good = length > 1e-12 && length < Number.POSITIVE_INFINITY;
    const [x, y, z] = good
      ? [values[i], values[i + 1], values[i + 2]]
      : flat(points, triangles, corner - (corner % 3));
    const scale = 1 / (good ? length : 1);
    out.set([x * scale, y * scale, z * scale], i);
  }
  return out;
}

function flat(points: Float32Array, triangles: readonly number[], first: number): Point {
  const at = (n: number): Point => {
    const p = 3 * triangles[first + n];
    return [points[p], points[p + 1], points[p + 2]];
  };
  const [a, b, c] = [at(0), at(1), at(2)];
  const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
  const n: Point = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
  const length = Math.hypot(...n) || 1;
  return [n[0] / length, n[1] / length, n[2] / length];
}
