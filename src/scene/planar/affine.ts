import type { Point } from "../board/board.js";

/** x' = a·x + c·y + e, y' = b·x + d·y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const IDENTITY: Affine = [1, 0, 0, 1, 0, 0];

export function translation(x: number, y: number): Affine {
  return [1, 0, 0, 1, x, y];
}

/** Counter-clockwise where +Y is up. Quarter turns are exact. */
export function rotation(degrees: number): Affine {
  const turn = ((degrees % 360) + 360) % 360;
  const quarter = turn / 90;
  if (Number.isInteger(quarter)) {
    const [cos, sin] = QUARTERS[quarter];
    return [cos, sin, -sin, cos, 0, 0];
  }
  const radians = (turn * Math.PI) / 180;
  const cos = Math.cos(radians);
  const sin = Math.sin(radians);
  return [cos, sin, -sin, cos, 0, 0];
}

const QUARTERS: readonly (readonly [number, number])[] = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
];

export function scaling(x: number, y = x): Affine {
  return [x, 0, 0, y, 0, 0];
}

/** First the last, then the one before it, …: `compose(A, B)` maps p to A(B(p)). */
export function compose(...maps: readonly Affine[]): Affine {
  return maps.reduce((outer, inner) => [
    outer[0] * inner[0] + outer[2] * inner[1],
    outer[1] * inner[0] + outer[3] * inner[1],
    outer[0] * inner[2] + outer[2] * inner[3],
    outer[1] * inner[2] + outer[3] * inner[3],
    outer[0] * inner[4] + outer[2] * inner[5] + outer[4],
    outer[1] * inner[4] + outer[3] * inner[5] + outer[5],
  ]);
}

export function apply(map: Affine, [x, y]: Point): Point {
  return [map[0] * x + map[2] * y + map[4], map[1] * x + map[3] * y + map[5]];
}

export function applyAll(map: Affine, points: readonly Point[]): Point[] {
  return points.map((p) => apply(map, p));
}
