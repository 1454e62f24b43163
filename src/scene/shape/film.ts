import earcut from "earcut";
import type { Point, Polygon } from "../board/board.js";
import type { Vec3 } from "../model.js";
import { polygonsOf, type Region } from "./region.js";
import type { Surface } from "./surface.js";

/** Covers polygons with triangles that face +Z. `height` gives z at each corner. */
export function film(polygons: readonly Polygon[], height: number | ((p: Point) => number)): Surface {
  const points: Vec3[] = [];
  const triangles: number[] = [];
  const z = typeof height === "number" ? () => height : height;
  for (const p of polygons) {
    const base = points.length;
    const flat: number[] = [];
    const holes: number[] = [];
    const add = (ring: readonly Point[]): void => {
      for (const q of ring) {
        flat.push(q[0], q[1]);
        points.push([q[0], q[1], z(q)]);
      }
    };
    add(p.outline);
    for (const h of p.holes) {
      holes.push(flat.length / 2);
      add(h);
    }
    const cut = earcut(flat, holes);
    for (let i = 0; i < cut.length; i += 3) {
      const [a, b, c] = [cut[i], cut[i + 1], cut[i + 2]];
      const turn =
        (flat[2 * b] - flat[2 * a]) * (flat[2 * c + 1] - flat[2 * a + 1]) -
        (flat[2 * c] - flat[2 * a]) * (flat[2 * b + 1] - flat[2 * a + 1]);
      if (turn > 0) triangles.push(base + a, base + b, base + c);
      else if (turn < 0) triangles.push(base + a, base + c, base + b);
    }
  }
  return { points, triangles };
}

export function regionFilm(region: Region, height: number | ((p: Point) => number)): Surface {
  return film(polygonsOf(region), height);
}

/** Upright strips along the border of the polygons from `low` up to `high`, facing out of the polygons. */
export function walls(
  polygons: readonly Polygon[],
  low: number | ((p: Point) => number),
  high: number | ((p: Point) => number),
): Surface {
  const points: Vec3[] = [];
  const triangles: number[] = [];
  const z0 = typeof low === "number" ? () => low : low;
  const z1 = typeof high === "number" ? () => high : high;
  for (const p of polygons)
    for (const ring of [p.outline, ...p.holes]) {
      const base = points.length;
      for (const q of ring) points.push([q[0], q[1], z0(q)], [q[0], q[1], z1(q)]);
      ring.forEach((_, k) => {
        const [a, b] = [base + 2 * k, base + 2 * ((k + 1) % ring.length)];
        triangles.push(a, b, b + 1, a, b + 1, a + 1);
      });
    }
  return { points, triangles };
}
