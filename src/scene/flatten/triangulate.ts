import earcut from "earcut";

/**
 * Corners of the triangles of one polygon, 3 per triangle, as numbers into `corners` (0 … n−1). Convex polygons are
 * fanned, others are cut by ears in the plane of their Newell normal. `point(i)` gives the place of corner i.
 */
export function triangulate(
  corners: number,
  point: (corner: number) => readonly [number, number, number],
): readonly number[] {
  if (corners < 3) return [];
  if (corners === 3) return TRIANGLE;
  const at = Array.from({ length: corners }, (_, i) => point(i));
  const normal = newell(at);
  if (isConvex(at, normal)) return fan(corners);
  const drop = largestAxis(normal);
  const [u, v] = [(drop + 1) % 3, (drop + 2) % 3];
  const cut = earcut(at.flatMap((p) => [p[u], p[v]]));
  // The ears come in one sense of rotation; the polygon's own sense is what counts.
  const flipped = normal[drop] < 0 ? -1 : 1;
  return signedArea(cut, at, u, v) * flipped < 0 ? cut.toReversed() : cut;
}

/** 0: cut the quad from its first to its third corner; 1: from the second to the fourth, as its shape demands. */
export function quadDiagonal(points: ArrayLike<number>, indices: ArrayLike<number>, start: number): 0 | 1 {
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => 3 * indices[start + i]);
  const edgeTo = (p: number): Point => [
    points[p] - points[a],
    points[p + 1] - points[a + 1],
    points[p + 2] - points[a + 2],
  ];
  const [u, v, w] = [edgeTo(b), edgeTo(c), edgeTo(d)];
  const [first, second] = [cross(u, v), cross(v, w)];
  return first[0] * second[0] + first[1] * second[1] + first[2] * second[2] < 0 ? 1 : 0;
}

function cross(a: Point, b: Point): Point {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

const TRIANGLE: readonly number[] = [0, 1, 2];

function fan(corners: number): readonly number[] {
  const out: number[] = [];
  for (let i = 1; i + 1 < corners; i++) out.push(0, i, i + 1);
  return out;
}

type Point = readonly [number, number, number];

function newell(at: readonly Point[]): Point {
  let [x, y, z] = [0, 0, 0];
  for (let i = 0; i < at.length; i++) {
    const a = at[i];
    const b = at[(i + 1) % at.length];
    x += (a[1] - b[1]) * (a[2] + b[2]);
    y += (a[2] - b[2]) * (a[0] + b[0]);
    z += (a[0] - b[0]) * (a[1] + b[1]);
  }
  return [x, y, z];
}

/** Every corner turns the way of the normal, and all turns together make one circle. */
function isConvex(at: readonly Point[], normal: Point): boolean {
  const n = at.length;
  let turns = 0;
  for (let i = 0; i < n; i++) {
    const a = edge(at[i], at[(i + 1) % n]);
    const b = edge(at[(i + 1) % n], at[(i + 2) % n]);
    const sine =
      (a[1] * b[2] - a[2] * b[1]) * normal[0] +
      (a[2] * b[0] - a[0] * b[2]) * normal[1] +
      (a[0] * b[1] - a[1] * b[0]) * normal[2];
    if (sine < 0) return false;
    const cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    turns += Math.atan2(sine / (Math.hypot(...normal) || 1), cosine);
  }
  return turns < 2 * Math.PI + 1e-3;
}

function edge(a: Point, b: Point): Point {
  return [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
}

function largestAxis(v: Point): 0 | 1 | 2 {
  const [x, y, z] = v.map(Math.abs);
  return x >= y && x >= z ? 0 : y >= z ? 1 : 2;
}

function signedArea(triangles: readonly number[], at: readonly Point[], u: number, v: number): number {
  let area = 0;
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [at[triangles[i]], at[triangles[i + 1]], at[triangles[i + 2]]];
    area += (b[u] - a[u]) * (c[v] - a[v]) - (c[u] - a[u]) * (b[v] - a[v]);
  }
  return area;
}
