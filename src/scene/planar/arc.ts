import type { Point } from "../board/board.js";

/** Largest distance between an arc and the chords that stand for it, millimetres: well below a pixel. */
export const CHORD_ERROR = 0.005;

const TURN = 2 * Math.PI;
const MOST = 720;

/** Chords for `sweep` radians of a circle, at least eight for a full one. */
export function chords(radius: number, sweep: number): number {
  const error = Math.min(CHORD_ERROR, radius / 8);
  const each = radius > 0 ? 2 * Math.acos(Math.max(0, 1 - error / radius)) : TURN / 8;
  return Math.max(1, Math.min(MOST, Math.ceil(Math.abs(sweep) / Math.min(each, TURN / 8))));
}

/** Points of an arc, both ends included. Radians; a positive `sweep` is counter-clockwise where +Y is up. */
export function arcPoints(center: Point, radius: number, from: number, sweep: number): Point[] {
  const n = chords(radius, sweep);
  return Array.from({ length: n + 1 }, (_, i) => {
    const angle = from + (sweep * i) / n;
    return [center[0] + radius * Math.cos(angle), center[1] + radius * Math.sin(angle)];
  });
}

/** The arc that turns `start` about `center`; its first point is `start` itself. */
export function arcAbout(center: Point, start: Point, sweep: number): Point[] {
  const [dx, dy] = [start[0] - center[0], start[1] - center[1]];
  const points = arcPoints(center, Math.hypot(dx, dy), Math.atan2(dy, dx), sweep);
  points[0] = start;
  return points;
}

/** The arc from `start` through `mid` to `end`; points on one line give that line. */
export function arcThrough(start: Point, mid: Point, end: Point): Point[] {
  const [ax, ay] = [mid[0] - start[0], mid[1] - start[1]];
  const [bx, by] = [end[0] - start[0], end[1] - start[1]];
  if (bx === 0 && by === 0) {
    // Start and end coincide: a full circle with `mid` opposite.
    const center: Point = [start[0] + ax / 2, start[1] + ay / 2];
    return ax === 0 && ay === 0 ? [start] : arcAbout(center, start, TURN);
  }
  const cross = ax * by - ay * bx;
  const size = Math.hypot(ax, ay) * Math.hypot(bx, by);
  if (Math.abs(cross) < 1e-9 * size || size === 0) return [start, mid, end];
  const a2 = ax * ax + ay * ay;
  const b2 = bx * bx + by * by;
  const cx = (by * a2 - ay * b2) / (2 * cross);
  const cy = (ax * b2 - bx * a2) / (2 * cross);
  const center: Point = [start[0] + cx, start[1] + cy];
  const angle = (p: Point) => Math.atan2(p[1] - center[1], p[0] - center[0]);
  const a0 = angle(start);
  // Turning left at the middle means a counter-clockwise arc.
  const sweep = cross > 0 ? positive(angle(end) - a0) : positive(angle(end) - a0) - TURN;
  const points = arcAbout(center, start, sweep);
  points[points.length - 1] = end;
  return points;
}

/** The angle in (0, 2π]. */
function positive(angle: number): number {
  const turned = ((angle % TURN) + TURN) % TURN;
  return turned === 0 ? TURN : turned;
}

/** A cubic Bézier curve as chords. */
export function bezierPoints(p0: Point, p1: Point, p2: Point, p3: Point): Point[] {
  const span =
    Math.hypot(p1[0] - p0[0], p1[1] - p0[1]) +
    Math.hypot(p2[0] - p1[0], p2[1] - p1[1]) +
    Math.hypot(p3[0] - p2[0], p3[1] - p2[1]);
  const n = Math.max(4, Math.min(200, Math.ceil(Math.sqrt(span / CHORD_ERROR))));
  return Array.from({ length: n + 1 }, (_, i) => {
    const t = i / n;
    const u = 1 - t;
    const w = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
    return [
      w[0] * p0[0] + w[1] * p1[0] + w[2] * p2[0] + w[3] * p3[0],
      w[0] * p0[1] + w[1] * p1[1] + w[2] * p2[1] + w[3] * p3[1],
    ];
  });
}
