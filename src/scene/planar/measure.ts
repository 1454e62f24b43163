import type { Point, Polygon } from "../board/board.js";

export type Bounds = Readonly<{ minX: number; minY: number; maxX: number; maxY: number }>;

/** Signed area: positive when counter-clockwise where +Y is up. */
export function ringArea(ring: readonly Point[]): number {
  let twice = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++)
    twice += ring[j][0] * ring[i][1] - ring[i][0] * ring[j][1];
  return twice / 2;
}

export function polygonArea(polygon: Polygon): number {
  return (
    Math.abs(ringArea(polygon.outline)) - polygon.holes.reduce((sum, h) => sum + Math.abs(ringArea(h)), 0)
  );
}

export function totalArea(polygons: readonly Polygon[]): number {
  return polygons.reduce((sum, p) => sum + polygonArea(p), 0);
}

/** Box around all points; undefined when there are none. */
export function boundsOf(points: Iterable<Point>): Bounds | undefined {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  return minX <= maxX && minY <= maxY ? { minX, minY, maxX, maxY } : undefined;
}

export function polygonBounds(polygons: Iterable<Polygon>): Bounds | undefined {
  return boundsOf(outlinePoints(polygons));
}

function* outlinePoints(polygons: Iterable<Polygon>): Generator<Point> {
  for (const p of polygons) yield* p.outline;
}

/** The middle of the box around a ring. */
export function middle(points: Iterable<Point>): Point | undefined {
  const b = boundsOf(points);
  return b && [(b.minX + b.maxX) / 2, (b.minY + b.maxY) / 2];
}

/** Even-odd test; points on the edge may fall either way. */
export function ringContains(ring: readonly Point[], [x, y]: Point): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

export function polygonContains(polygon: Polygon, point: Point): boolean {
  return ringContains(polygon.outline, point) && !polygon.holes.some((h) => ringContains(h, point));
}
