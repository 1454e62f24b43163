import type { Point } from "../board/board.js";
import { polygonsOf, type Region } from "../shape/index.js";

const CELL = 0.5;

type Edge = readonly [ax: number, ay: number, bx: number, by: number];

/** Distances to the border of a region, and whether points lie in it, quickly. */
export type BorderIndex = Readonly<{
  /** Distance to the border, at most `limit`. */
  distance: (p: Point, limit: number) => number;
  inside: (p: Point) => boolean;
}>;

export function indexBorder(region: Region): BorderIndex {
  const cells = new Map<string, Edge[]>();
  const rows = new Map<number, Edge[]>();
  for (const polygon of polygonsOf(region))
    for (const ring of [polygon.outline, ...polygon.holes])
      ring.forEach((a, i) => {
        const b = ring[(i + 1) % ring.length];
        const edge: Edge = [a[0], a[1], b[0], b[1]];
        const [x0, x1] = [cell(Math.min(a[0], b[0])), cell(Math.max(a[0], b[0]))];
        const [y0, y1] = [cell(Math.min(a[1], b[1])), cell(Math.max(a[1], b[1]))];
        for (let y = y0; y <= y1; y++) {
          add(rows, y, edge);
          for (let x = x0; x <= x1; x++) add(cells, `${x},${y}`, edge);
        }
      });
  return {
    distance: (p, limit) => {
      let best = limit;
      for (let y = cell(p[1] - limit); y <= cell(p[1] + limit); y++)
        for (let x = cell(p[0] - limit); x <= cell(p[0] + limit); x++)
          for (const e of cells.get(`${x},${y}`) ?? []) best = Math.min(best, toEdge(p, e));
      return best;
    },
    inside: (p) => {
      let crossings = 0;
      for (const [ax, ay, bx, by] of rows.get(cell(p[1])) ?? [])
        if (ay > p[1] !== by > p[1] && p[0] < ax + ((p[1] - ay) / (by - ay)) * (bx - ax)) crossings++;
      return crossings % 2 === 1;
    },
  };
}

function cell(x: number): number {
  return Math.floor(x / CELL);
}

function add<K>(map: Map<K, Edge[]>, key: K, edge: Edge): void {
  const list = map.get(key);
  if (list) list.push(edge);
  else map.set(key, [edge]);
}

function toEdge(p: Point, [ax, ay, bx, by]: Edge): number {
  const [ux, uy] = [bx - ax, by - ay];
  const squared = ux * ux + uy * uy;
  const t = squared === 0 ? 0 : Math.min(1, Math.max(0, ((p[0] - ax) * ux + (p[1] - ay) * uy) / squared));
  return Math.hypot(p[0] - ax - t * ux, p[1] - ay - t * uy);
}
