import {
  Clipper,
  ClipType,
  EndType,
  FillRule,
  JoinType,
  type Path64,
  type Paths64,
  type PolyPath64,
  PolyTree64,
} from "clipper2-ts";
import type { Point, Polygon } from "../board/board.js";
import { CHORD_ERROR } from "./arc.js";

/**
 * Steps per millimetre: 10 nm. Coordinates of a 1 m board stay below 2^27 steps, so that the products inside the
 * clipper are exact in double precision.
 */
const STEPS = 100_000;

function path(ring: readonly Point[]): Path64 {
  return ring.map(([x, y]) => ({ x: Math.round(x * STEPS), y: Math.round(y * STEPS) }));
}

function paths(polygons: readonly Polygon[]): Paths64 {
  return polygons.flatMap((p) => [path(p.outline), ...p.holes.map(path)]);
}

function ring(path: Path64): Point[] {
  return path.map(({ x, y }) => [x / STEPS, y / STEPS]);
}

/** Outer rings with their holes; islands inside holes become polygons of their own. */
function polygons(tree: PolyPath64): Polygon[] {
  const found: Polygon[] = [];
  const pending: PolyPath64[] = [...children(tree)];
  for (let i = 0; i < pending.length; i++) {
    const outer = pending[i];
    const holes = children(outer);
    if (outer.polygon && outer.polygon.length >= 3)
      found.push({ outline: ring(outer.polygon), holes: holes.map((h) => ring(h.polygon ?? [])) });
    for (const hole of holes) pending.push(...children(hole));
  }
  return found;
}

function children(node: PolyPath64): PolyPath64[] {
  return Array.from({ length: node.count }, (_, i) => node.child(i));
}

function operate(type: ClipType, subject: Paths64, clip: Paths64 | null, rule: FillRule): Polygon[] {
  if (subject.length === 0) return [];
  const tree = new PolyTree64();
  Clipper.booleanOpWithPolyTree(type, subject, clip, tree, rule);
  return polygons(tree);
}

/** Everything that any of the polygons covers, without overlaps. */
export function union(subject: readonly Polygon[]): Polygon[] {
  return operate(ClipType.Union, paths(subject), null, FillRule.NonZero);
}

/** What rings cover by the even-odd rule: overlapping rings cut each other out. */
export function evenOdd(rings: readonly (readonly Point[])[]): Polygon[] {
  return operate(ClipType.Union, rings.map(path), null, FillRule.EvenOdd);
}

/** What rings cover, whatever their direction; a ring that touches itself is split. */
export function nonZero(rings: readonly (readonly Point[])[]): Polygon[] {
  return operate(ClipType.Union, rings.map(path), null, FillRule.NonZero);
}

export function difference(subject: readonly Polygon[], clip: readonly Polygon[]): Polygon[] {
  if (clip.length === 0) return union(subject);
  return operate(ClipType.Difference, paths(subject), paths(clip), FillRule.NonZero);
}

export function intersection(subject: readonly Polygon[], clip: readonly Polygon[]): Polygon[] {
  if (clip.length === 0) return [];
  return operate(ClipType.Intersection, paths(subject), paths(clip), FillRule.NonZero);
}

/** Grown by `by` millimetres (shrunk when negative) with round or sharp corners. */
export function grown(
  subject: readonly Polygon[],
  by: number,
  corners: "round" | "sharp" = "round",
): Polygon[] {
  if (by === 0 || subject.length === 0) return [...subject];
  const join = corners === "round" ? JoinType.Round : JoinType.Miter;
  const clean = Clipper.union(paths(subject), FillRule.NonZero);
  const done = Clipper.inflatePaths(clean, by * STEPS, join, EndType.Polygon, 2, CHORD_ERROR * STEPS);
  return operate(ClipType.Union, done, null, FillRule.NonZero);
}

/** The area that a round pen of that width covers along the points. */
export function penned(points: readonly Point[], width: number, closed: boolean): Polygon[] {
  if (width <= 0 || points.length === 0) return [];
  const end = closed ? EndType.Joined : EndType.Round;
  const done = Clipper.inflatePaths(
    [path(points)],
    (width / 2) * STEPS,
    JoinType.Round,
    end,
    2,
    CHORD_ERROR * STEPS,
  );
  return operate(ClipType.Union, done, null, FillRule.NonZero);
}
