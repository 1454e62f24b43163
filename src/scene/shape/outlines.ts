import type { Point, Polygon } from "../board/board.js";

/** Outlines of simple figures, counter-clockwise, millimetres. */

/** A rectangle around `at`, corners rounded by `radius` with `segments` chords a corner. */
export function rectangle(
  at: Point,
  width: number,
  height: number,
  radius = 0,
  segments = 3,
): readonly Point[] {
  const [cx, cy] = at;
  const r = Math.min(radius, width / 2, height / 2);
  if (r <= 0)
    return [
      [cx - width / 2, cy - height / 2],
      [cx + width / 2, cy - height / 2],
      [cx + width / 2, cy + height / 2],
      [cx - width / 2, cy + height / 2],
    ];
  const out: Point[] = [];
  const corners = [
    [1, -1, -90],
    [1, 1, 0],
    [-1, 1, 90],
    [-1, -1, 180],
  ] as const;
  for (const [sx, sy, from] of corners)
    for (let k = 0; k <= segments; k++) {
      const a = ((from + (90 * k) / segments) * Math.PI) / 180;
      out.push([cx + sx * (width / 2 - r) + r * Math.cos(a), cy + sy * (height / 2 - r) + r * Math.sin(a)]);
    }
  return out;
}

export function circle(at: Point, radius: number, segments = 24): readonly Point[] {
  return Array.from({ length: segments }, (_, k) => {
    const a = (2 * Math.PI * k) / segments;
    return [at[0] + radius * Math.cos(a), at[1] + radius * Math.sin(a)] as const;
  });
}

export function polygon(outline: readonly Point[], holes: readonly (readonly Point[])[] = []): Polygon {
  return { outline, holes };
}

export type Frame2 = Readonly<{ at: Point; rotation: number }>;

/** Board coordinates of a point given in a frame that is rotated (degrees, counter-clockwise) and then moved. */
export function fromFrame(p: Point, frame: Frame2): Point {
  const [c, s] = turn(frame.rotation);
  return [frame.at[0] + p[0] * c - p[1] * s, frame.at[1] + p[0] * s + p[1] * c];
}

/** The inverse of {@link fromFrame}. */
export function toFrame(p: Point, frame: Frame2): Point {
  const [c, s] = turn(frame.rotation);
  const [x, y] = [p[0] - frame.at[0], p[1] - frame.at[1]];
  return [x * c + y * s, -x * s + y * c];
}

/** Cosine and sine, exact for multiples of 90°. */
export function turn(degrees: number): readonly [cos: number, sin: number] {
  const quarter = (((degrees / 90) % 4) + 4) % 4;
  if (Number.isInteger(quarter))
    return (
      [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ] as const
    )[quarter];
  const a = (degrees * Math.PI) / 180;
  return [Math.cos(a), Math.sin(a)];
}

/** Smallest axis-parallel rectangle around the points: [minX, minY, maxX, maxY]. */
export function extent(points: readonly Point[]): readonly [number, number, number, number] {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    x0 = Math.min(x0, x);
    y0 = Math.min(y0, y);
    x1 = Math.max(x1, x);
    y1 = Math.max(y1, y);
  }
  return [x0, y0, x1, y1];
}

/** Whether a point lies in a polygon and in none of its holes. */
export function inPolygon(p: Point, polygon: Polygon): boolean {
  let odd = false;
  for (const ring of [polygon.outline, ...polygon.holes])
    ring.forEach((a, i) => {
      const b = ring[(i + 1) % ring.length];
      if (a[1] > p[1] !== b[1] > p[1] && p[0] < a[0] + ((p[1] - a[1]) / (b[1] - a[1])) * (b[0] - a[0]))
        odd = !odd;
    });
  return odd;
}
