import type { TriangleMesh } from "../model.js";
import type { PerCorner, Polygons } from "./polygons.js";
import { quadDiagonal, triangulate } from "./triangulate.js";

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
  const faceCount = faces ? faces.length : counts.length;
  let most = 0;
  for (let f = 0; f < faceCount; f++) most += Math.max(0, counts[faces ? faces[f] : f] - 2);
  const corners = new Uint32Array(most * 3);
  const faceOf = new Uint32Array(most);
  let made = 0;
  let dropped = 0;
  const add = (face: number, a: number, b: number, c: number): void => {
    if (!hasArea(points, 3 * indices[a], 3 * indices[b], 3 * indices[c])) {
      dropped++;
      return;
    }
    corners[3 * made] = a;
    corners[3 * made + 1] = polygons.leftHanded ? c : b;
    corners[3 * made + 2] = polygons.leftHanded ? b : c;
    faceOf[made++] = face;
  };
  for (let f = 0; f < faceCount; f++) {
    const face = faces ? faces[f] : f;
    if (polygons.holes.has(face)) continue;
    const start = starts[face];
    const n = counts[face];
    if (!isUsable(polygons, start, n)) dropped++;
    else if (n === 3) add(face, start, start + 1, start + 2);
    else if (n === 4) {
      const turn = quadDiagonal(points, indices, start);
      add(face, start + turn, start + 1 + turn, start + ((2 + turn) % 4));
      add(face, start + turn, start + ((2 + turn) % 4), start + ((3 + turn) % 4));
    } else {
      const cut = triangulate(n, (i) => {
        const p = 3 * indices[start + i];
        return [points[p], points[p + 1], points[p + 2]];
      });
      if (cut.length === 0) dropped++;
      for (let i = 0; i < cut.length; i += 3)
        add(face, start + cut[i], start + cut[i + 1], start + cut[i + 2]);
    }
  }
  if (made === 0) return { dropped };
  return { mesh: meshOf(polygons, corners.subarray(0, 3 * made), faceOf), dropped };
}

function isUsable({ points, indices }: Polygons, start: number, n: number): boolean {
  if (n < 3) return false;
  const total = points.length / 3;
  for (let corner = start; corner < start + n; corner++) {
    const index = indices[corner];
    if (!(index >= 0 && index < total)) return false;
    for (let p = 3 * index; p < 3 * index + 3; p++) if (!(Math.abs(points[p]) < FAR)) return false;
  }
  return true;
}

/** False for a triangle whose height is below a millionth of its longest edge. */
function hasArea(points: ArrayLike<number>, a: number, b: number, c: number): boolean {
  const ux = points[b] - points[a];
  const uy = points[b + 1] - points[a + 1];
  const uz = points[b + 2] - points[a + 2];
  const vx = points[c] - points[a];
  const vy = points[c + 1] - points[a + 1];
  const vz = points[c + 2] - points[a + 2];
  const x = uy * vz - uz * vy;
  const y = uz * vx - ux * vz;
  const z = ux * vy - uy * vx;
  const u = ux * ux + uy * uy + uz * uz;
  const v = vx * vx + vy * vy + vz * vz;
  const w = (vx - ux) ** 2 + (vy - uy) ** 2 + (vz - uz) ** 2;
  const longest = Math.max(u, v, w);
  return x * x + y * y + z * z > 1e-12 * longest * longest;
}

/** Gathers the used points and the data of the corners. */
function meshOf(polygons: Polygons, corners: Uint32Array, faceOf: Uint32Array): TriangleMesh {
  const { points, indices } = polygons;
  const renumber = new Int32Array(points.length / 3).fill(-1);
  const used = new Uint32Array(Math.min(points.length / 3, corners.length));
  const triangles = new Uint32Array(corners.length);
  let count = 0;
  for (let i = 0; i < corners.length; i++) {
    const index = indices[corners[i]];
    if (renumber[index] < 0) {
      renumber[index] = count;
      used[count++] = index;
    }
    triangles[i] = renumber[index];
  }
  const kept = new Float32Array(count * 3);
  for (let i = 0; i < count; i++) for (let c = 0; c < 3; c++) kept[3 * i + c] = points[3 * used[i] + c];
  const normals = polygons.normals && cornerData(polygons.normals, 3, polygons, corners, faceOf);
  const uvs = polygons.uvs && cornerData(polygons.uvs, 2, polygons, corners, faceOf);
  return {
    points: kept,
    triangles,
    ...(normals ? { normals: unitNormals(normals, kept, triangles) } : {}),
    ...(uvs ? { uvs } : {}),
  };
}

/** Values per corner; undefined when one is missing, for then none can be trusted. */
function cornerData(
  data: PerCorner,
  width: number,
  { indices }: Polygons,
  corners: Uint32Array,
  faceOf: Uint32Array,
): Float32Array | undefined {
  const out = new Float32Array(corners.length * width);
  for (let i = 0; i < corners.length; i++) {
    const corner = corners[i];
    const element = data.of(corner, indices[corner], faceOf[(i / 3) | 0]);
    const start = element * width;
    if (!(element >= 0 && start + width <= data.values.length)) return undefined;
    for (let k = 0; k < width; k++) out[i * width + k] = data.values[start + k];
  }
  return out;
}

/** Normals scaled to unit length; one without length gets the triangle's own. */
function unitNormals(normals: Float32Array, points: Float32Array, triangles: Uint32Array): Float32Array {
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.sqrt(normals[i] ** 2 + normals[i + 1] ** 2 + normals[i + 2] ** 2);
    if (length > 1e-12 && length < Number.POSITIVE_INFINITY)
      for (let c = 0; c < 3; c++) normals[i + c] /= length;
    else normals.set(faceNormal(points, triangles, i / 3 - ((i / 3) % 3)), i);
  }
  return normals;
}

function faceNormal(points: Float32Array, triangles: Uint32Array, first: number): readonly number[] {
  const [a, b, c] = [3 * triangles[first], 3 * triangles[first + 1], 3 * triangles[first + 2]];
  const u = [0, 1, 2].map((k) => points[b + k] - points[a + k]);
  const v = [0, 1, 2].map((k) => points[c + k] - points[a + k]);
  const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  const length = Math.hypot(...n) || 1;
  return n.map((k) => k / length);
}
