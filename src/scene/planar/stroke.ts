import type { Point, Polygon } from "../board/board.js";
import { arcPoints } from "./arc.js";
import { penned } from "./boolean.js";
import { circleRing, solid } from "./shapes.js";

/** The area that a round pen of `width` covers along the points. One segment, the common case, needs no clipper. */
export function stroke(points: readonly Point[], width: number, closed = false): Polygon[] {
  if (width <= 0 || points.length === 0) return [];
  const path = withoutRepeats(points);
  if (path.length === 1) return [solid(circleRing(path[0], width / 2))];
  if (path.length === 2) return [solid(stadium(path[0], path[1], width / 2))];
  return penned(path, width, closed);
}

function stadium(a: Point, b: Point, radius: number): Point[] {
  const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
  return [
    ...arcPoints(b, radius, angle - Math.PI / 2, Math.PI),
    ...arcPoints(a, radius, angle + Math.PI / 2, Math.PI),
  ];
}

function withoutRepeats(points: readonly Point[]): Point[] {
  return points.filter((p, i) => i === 0 || p[0] !== points[i - 1][0] || p[1] !== points[i - 1][1]);
}
