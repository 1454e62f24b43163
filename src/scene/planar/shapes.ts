import type { Point, Polygon } from "../board/board.js";
import { type Affine, applyAll } from "./affine.js";
import { arcPoints } from "./arc.js";
import { ringArea } from "./measure.js";

/** A polygon without holes. Turned counter-clockwise. */
export function solid(ring: readonly Point[]): Polygon {
  return { outline: turned(ring, true), holes: [] };
}

/** The ring counter-clockwise, or clockwise. */
export function turned(ring: readonly Point[], counterClockwise: boolean): readonly Point[] {
  return ringArea(ring) >= 0 === counterClockwise ? ring : [...ring].reverse();
}

export function moved(map: Affine, polygon: Polygon): Polygon {
  return {
    outline: turned(applyAll(map, polygon.outline), true),
    holes: polygon.holes.map((h) => turned(applyAll(map, h), false)),
  };
}

export function circleRing(center: Point, radius: number): Point[] {
  return arcPoints(center, radius, 0, 2 * Math.PI).slice(0, -1);
}

/** Rectangle about the origin. */
export function rectRing(width: number, height: number): Point[] {
  const [x, y] = [width / 2, height / 2];
  return [
    [-x, -y],
    [x, -y],
    [x, y],
    [-x, y],
  ];
}

/** What is cut off a corner: rounded, or straight across. 0: nothing. */
export type Corner = Readonly<{ radius: number; chamfer: number }>;

/** Rectangle about the origin with corners in the order −x −y, +x −y, +x +y, −x +y. */
export function corneredRing(width: number, height: number, corners: readonly Corner[]): Point[] {
  const [x, y] = [width / 2, height / 2];
  const at: readonly (readonly [number, number, number])[] = [
    [-x, -y, 180],
    [x, -y, 270],
    [x, y, 0],
    [-x, y, 90],
  ];
  const most = Math.min(x, y);
  return at.flatMap(([cx, cy, from], i): Point[] => {
    const radius = Math.min(corners[i].radius, most);
    const cut = Math.min(corners[i].chamfer, 2 * most);
    const [inX, inY] = [-Math.sign(cx), -Math.sign(cy)];
    if (cut > 0) {
      const alongX: Point = [cx + inX * cut, cy];
      const alongY: Point = [cx, cy + inY * cut];
      return i % 2 === 0 ? [alongY, alongX] : [alongX, alongY];
    }
    if (radius <= 0) return [[cx, cy]];
    return arcPoints([cx + inX * radius, cy + inY * radius], radius, (from * Math.PI) / 180, Math.PI / 2);
  });
}

export function roundRectRing(width: number, height: number, radius: number): Point[] {
  return corneredRing(width, height, Array(4).fill({ radius, chamfer: 0 }));
}

/** Rectangle whose short sides are half circles. */
export function ovalRing(width: number, height: number): Point[] {
  return width === height
    ? circleRing([0, 0], width / 2)
    : roundRectRing(width, height, Math.min(width, height) / 2);
}
