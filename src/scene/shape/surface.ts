import type { Mat4, TriangleMesh, Vec3 } from "../model.js";

/** A triangle surface under construction: shared corners, millimetres, counter-clockwise seen from outside. */
export type Surface = Readonly<{
  points: readonly Vec3[];
  /** Three indices a triangle. */
  triangles: readonly number[];
}>;

export function merge(surfaces: readonly Surface[]): Surface {
  const points: Vec3[] = [];
  const triangles: number[] = [];
  for (const s of surfaces) {
    const base = points.length;
    for (const p of s.points) points.push(p);
    for (const t of s.triangles) triangles.push(base + t);
  }
  return { points, triangles };
}

/** Moves every corner; a mapping that mirrors turns the triangles round. */
export function map(s: Surface, f: (p: Vec3) => Vec3, mirrors = false): Surface {
  return { points: s.points.map(f), triangles: mirrors ? reversed(s.triangles) : s.triangles };
}

export function flip(s: Surface): Surface {
  return { points: s.points, triangles: reversed(s.triangles) };
}

function reversed(triangles: readonly number[]): number[] {
  const out: number[] = [];
  for (let i = 0; i < triangles.length; i += 3) out.push(triangles[i], triangles[i + 2], triangles[i + 1]);
  return out;
}

/** Rotates about Z (degrees) and moves. */
export function place(s: Surface, at: Vec3, rotation = 0): Surface {
  const a = (rotation * Math.PI) / 180;
  const quarter = Math.round(rotation / 90);
  const exact = rotation === quarter * 90;
  const k = ((quarter % 4) + 4) % 4;
  const c = exact ? [1, 0, -1, 0][k] : Math.cos(a);
  const n = exact ? [0, 1, 0, -1][k] : Math.sin(a);
  return map(s, ([x, y, z]) => [at[0] + x * c - y * n, at[1] + x * n + y * c, at[2] + z]);
}

/** A point through a row-vector matrix. */
export function through(p: Vec3, m: Mat4): Vec3 {
  const [x, y, z] = p;
  return [
    x * m[0] + y * m[4] + z * m[8] + m[12],
    x * m[1] + y * m[5] + z * m[9] + m[13],
    x * m[2] + y * m[6] + z * m[10] + m[14],
  ];
}

/**
 * A finished mesh: coordinates rounded to `step` millimetres, triangles without area dropped. Normals are smooth over
 * edges that bend by less than `crease` degrees, each face weighing by its area (so that a rounded edge
 * leaves the flat faces beside it flat); `crease` 0 gives no normals: flat shading.
 */
export function finish(s: Surface, crease = 40, step = 1e-5): TriangleMesh {
  const points = new Float32Array(s.points.length * 3);
  s.points.forEach((p, i) => {
    for (let k = 0; k < 3; k++) points[3 * i + k] = Math.round(p[k] / step) / Math.round(1 / step);
  });
  const kept: number[] = [];
  const faces: Vec3[] = [];
  for (let t = 0; t < s.triangles.length; t += 3) {
    const n = areaNormal(points, s.triangles[t], s.triangles[t + 1], s.triangles[t + 2]);
    if (isSliver(points, s.triangles, t, Math.hypot(...n))) continue;
    kept.push(s.triangles[t], s.triangles[t + 1], s.triangles[t + 2]);
    faces.push(n);
  }
  const triangles = Uint32Array.from(kept);
  if (crease === 0) return { points, triangles };
  return { points, triangles, normals: smoothNormals(points, triangles, faces, crease) };
}

/** So thin that its direction is rounding noise. `twice`: twice its area. */
function isSliver(points: Float32Array, triangles: readonly number[], at: number, twice: number): boolean {
  let longest = 0;
  for (let k = 0; k < 3; k++) {
    const [a, b] = [3 * triangles[at + k], 3 * triangles[at + ((k + 1) % 3)]];
    const [x, y, z] = [0, 1, 2].map((c) => points[a + c] - points[b + c]);
    longest = Math.max(longest, x * x + y * y + z * z);
  }
  return twice < 1e-8 || twice < 3e-6 * longest;
}

/** Twice the area times the unit normal. */
function areaNormal(points: Float32Array, a: number, b: number, c: number): Vec3 {
  const [ux, uy, uz] = [0, 1, 2].map((k) => points[3 * b + k] - points[3 * a + k]);
  const [vx, vy, vz] = [0, 1, 2].map((k) => points[3 * c + k] - points[3 * a + k]);
  return [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
}

function smoothNormals(
  points: Float32Array,
  triangles: Uint32Array,
  faces: readonly Vec3[],
  crease: number,
): Float32Array {
  const limit = Math.cos((crease * Math.PI) / 180);
  const lengths = faces.map((f) => Math.hypot(...f));
  // Corners that lie on one spot share their faces, whether or not they share an index.
  const spots = new Map<string, number>();
  const spotOf = new Int32Array(triangles.length);
  const around: number[][] = [];
  for (let c = 0; c < triangles.length; c++) {
    const v = 3 * triangles[c];
    const key = `${points[v]},${points[v + 1]},${points[v + 2]}`;
    let spot = spots.get(key);
    if (spot === undefined) {
      spot = around.length;
      spots.set(key, spot);
      around.push([]);
    }
    spotOf[c] = spot;
    around[spot].push(Math.floor(c / 3));
  }
  const out = new Float32Array(triangles.length * 3);
  for (let c = 0; c < triangles.length; c++) {
    const own = Math.floor(c / 3);
    const f = faces[own];
    let [x, y, z] = [0, 0, 0];
    for (const other of around[spotOf[c]]) {
      const g = faces[other];
      const cosine = (f[0] * g[0] + f[1] * g[1] + f[2] * g[2]) / (lengths[own] * lengths[other]);
      if (cosine < limit - 1e-9) continue;
      x += g[0];
      y += g[1];
      z += g[2];
    }
    const length = Math.hypot(x, y, z) || 1;
    out[3 * c] = Math.round((x / length) * 1e4) / 1e4;
    out[3 * c + 1] = Math.round((y / length) * 1e4) / 1e4;
    out[3 * c + 2] = Math.round((z / length) * 1e4) / 1e4;
  }
  return out;
}
