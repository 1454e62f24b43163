import type { Component } from "../../vision/index.js";
import type { Point } from "../types.js";

/** The eight neighbours, clockwise on screen, beginning in the west. */
const AROUND = [
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
] as const;

/**
 * The outer border of a connected part as its pixel centres in order (Moore neighbour tracing). A line of one pixel
 * is walked there and back, so that its border encloses nothing.
 */
export function outerBorder(part: Component, width: number): Point[] {
  const own = new Set<number>(part.pixels);
  const first = part.pixels.reduce((a, b) => Math.min(a, b));
  const start = { x: first % width, y: Math.floor(first / width) };
  const { box } = part;
  const has = (x: number, y: number): boolean =>
    x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height && own.has(y * width + x);
  const border: Point[] = [start];
  let at: Point = start;
  // The first pixel in reading order has nothing to the west.
  let from = 0;
  let firstMove: number | undefined;
  for (let step = 0; step < 8 * part.pixels.length + 8; step++) {
    let move: number | undefined;
    for (let k = 1; k <= 8; k++) {
      const d = (from + k) % 8;
      const [dx, dy] = AROUND[d]!;
      if (has(at.x + dx, at.y + dy)) {
        move = d;
        break;
      }
    }
    if (move === undefined) return border;
    if (at.x === start.x && at.y === start.y) {
      if (firstMove === move) break;
      firstMove ??= move;
    }
    const [dx, dy] = AROUND[move]!;
    at = { x: at.x + dx, y: at.y + dy };
    border.push(at);
    // Where we came from, seen from the new place; the search goes on behind it.
    from = (move + 4) % 8;
  }
  border.pop();
  return border;
}

/** Area that a border through pixel centres encloses: 0 for lines of one pixel. */
export function enclosedArea(border: readonly Point[]): number {
  let twice = 0;
  border.forEach((a, i) => {
    const b = border[(i + 1) % border.length]!;
    twice += a.x * b.y - b.x * a.y;
  });
  return Math.abs(twice) / 2;
}

/** The smallest circle around points (Welzl, on the convex hull). */
export function enclosingCircle(points: readonly Point[]): { x: number; y: number; r: number } {
  const hull = convexHull(points);
  let circle = { x: hull[0]?.x ?? 0, y: hull[0]?.y ?? 0, r: 0 };
  const outside = (p: Point): boolean => Math.hypot(p.x - circle.x, p.y - circle.y) > circle.r + 1e-7;
  for (let i = 0; i < hull.length; i++) {
    if (!outside(hull[i]!)) continue;
    circle = { ...hull[i]!, r: 0 };
    for (let j = 0; j < i; j++) {
      if (!outside(hull[j]!)) continue;
      circle = through2(hull[i]!, hull[j]!);
      for (let k = 0; k < j; k++) if (outside(hull[k]!)) circle = through3(hull[i]!, hull[j]!, hull[k]!);
    }
  }
  return circle;
}

function through2(a: Point, b: Point): { x: number; y: number; r: number } {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, r: Math.hypot(a.x - b.x, a.y - b.y) / 2 };
}

function through3(a: Point, b: Point, c: Point): { x: number; y: number; r: number } {
  const d = 2 * (a.x * (b.y - c.y) + b.x * (c.y - a.y) + c.x * (a.y - b.y));
  if (Math.abs(d) < 1e-9) {
    const pairs = [through2(a, b), through2(b, c), through2(a, c)];
    return pairs.reduce((big, one) => (one.r > big.r ? one : big));
  }
  const [aa, bb, cc] = [a, b, c].map((p) => p.x * p.x + p.y * p.y) as [number, number, number];
  const x = (aa * (b.y - c.y) + bb * (c.y - a.y) + cc * (a.y - b.y)) / d;
  const y = (aa * (c.x - b.x) + bb * (a.x - c.x) + cc * (b.x - a.x)) / d;
  return { x, y, r: Math.hypot(a.x - x, a.y - y) };
}

/** Andrew's monotone chain; collinear points are left out. */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  if (sorted.length < 3) return sorted;
  const half = (order: readonly Point[]): Point[] => {
    const out: Point[] = [];
    for (const p of order) {
      while (out.length > 1 && turn(out[out.length - 2]!, out[out.length - 1]!, p) <= 0) out.pop();
      out.push(p);
    }
    out.pop();
    return out;
  };
  const hull = [...half(sorted), ...half(sorted.reverse())];
  return hull.length > 0 ? hull : [sorted[0]!];
}

function turn(o: Point, a: Point, b: Point): number {
  return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}
