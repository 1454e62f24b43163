import type { Point } from "./board/board.js";

/**
 * Convex hull, counter-clockwise (Andrew's monotone chain), without points that lie on its edges within a
 * ten-thousandth of its size: meshes are rounded.
 */
export function convexHull(points: readonly Point[]): Point[] {
  const hull = exactHull(points);
  const size = Math.max(
    ...[0, 1].map((k) => {
      const values = hull.map((p) => p[k as 0 | 1]);
      return Math.max(...values) - Math.min(...values);
    }),
  );
  const kept: Point[] = [];
  for (const [i, p] of hull.entries()) {
    const before = kept.at(-1) ?? hull.at(-1)!;
    const after = hull[(i + 1) % hull.length]!;
    const chord = Math.hypot(after[0] - before[0], after[1] - before[1]);
    if (turn(before, p, after) > 1e-4 * size * chord) kept.push(p);
  }
  return kept;
}

function exactHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (list: readonly Point[]): Point[] => {
    const out: Point[] = [];
    for (const p of list) {
      while (out.length > 1 && turn(out.at(-2)!, out.at(-1)!, p) <= 1e-12) out.pop();
      out.push(p);
    }
    out.pop();
    return out;
  };
  return [...chain(sorted), ...chain(sorted.reverse())];
}

function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/** Distance to a convex counter-clockwise outline: positive inside, negative outside. */
export function depthInside(outline: readonly Point[], x: number, y: number): number {
  let nearest = Infinity;
  let inside = true;
  let a = outline[outline.length - 1]!;
  for (const b of outline) {
    const ux = b[0] - a[0];
    const uy = b[1] - a[1];
    const vx = x - a[0];
    const vy = y - a[1];
    if (ux * vy - uy * vx < 0) inside = false;
    const along = Math.min(1, Math.max(0, (ux * vx + uy * vy) / (ux * ux + uy * uy)));
    const dx = vx - along * ux;
    const dy = vy - along * uy;
    nearest = Math.min(nearest, dx * dx + dy * dy);
    a = b;
  }
  return inside ? Math.sqrt(nearest) : -Math.sqrt(nearest);
}

/** Where the level line through y enters and leaves a convex outline; undefined beside it. */
export function spanAt(
  outline: readonly Point[],
  y: number,
): readonly [left: number, right: number] | undefined {
  let left = Infinity;
  let right = -Infinity;
  outline.forEach((a, i) => {
    const b = outline[(i + 1) % outline.length]!;
    const [low, high] = a[1] <= b[1] ? [a, b] : [b, a];
    if (y < low[1] || y > high[1]) return;
    const level = high[1] - low[1];
    const xs = level > 0 ? [low[0] + ((y - low[1]) / level) * (high[0] - low[0])] : [low[0], high[0]];
    left = Math.min(left, ...xs);
    right = Math.max(right, ...xs);
  });
  return left <= right ? [left, right] : undefined;
}

/** Unit direction of the longest edge. */
export function longestEdge(outline: readonly Point[]): Point {
  let best: Point = [1, 0];
  let length = 0;
  outline.forEach((a, i) => {
    const b = outline[(i + 1) % outline.length]!;
    const own = Math.hypot(b[0] - a[0], b[1] - a[1]);
    if (own <= length * (1 + 1e-6)) return;
    length = own;
    best = [(b[0] - a[0]) / own, (b[1] - a[1]) / own];
  });
  return best;
}

/** Area of a simple outline; negative when it runs clockwise. */
export function areaOf(outline: readonly Point[]): number {
  return outline.reduce((sum, a, i) => {
    const b = outline[(i + 1) % outline.length]!;
    return sum + (a[0] * b[1] - b[0] * a[1]) / 2;
  }, 0);
}
