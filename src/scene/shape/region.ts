import { Clipper, ClipperOffset, EndType, FillRule, JoinType, PointInPolygonResult } from "clipper2-ts";
import type { Point, Polygon } from "../board/board.js";

/** Integer steps per millimetre inside a region: 0.1 µm, so that set operations are exact. */
const STEPS = 10_000;

type Ring = { x: number; y: number }[];

/**
 * A set of points of the plane, millimetres. Made and combined by the functions here only. Unlike lists of polygons it
 * stays in the clipper's own terms, so that a chain of operations costs no conversions.
 */
export type Region = Readonly<{ rings: readonly Ring[] }>;

export const EMPTY: Region = { rings: [] };

/** The union of polygons; winding does not matter, holes stay holes. */
export function regionOf(polygons: readonly Polygon[]): Region {
  const rings: Ring[] = [];
  for (const p of polygons) {
    rings.push(toRing(p.outline, 1));
    for (const h of p.holes) rings.push(toRing(h, -1));
  }
  return { rings: Clipper.union(rings, FillRule.NonZero) };
}

export function union(...regions: readonly Region[]): Region {
  const all = regions.flatMap((r) => r.rings) as Ring[];
  return { rings: Clipper.union(all, FillRule.NonZero) };
}

/** Points of `a` that are in none of `b`. */
export function minus(a: Region, ...b: readonly Region[]): Region {
  const cut = b.flatMap((r) => r.rings) as Ring[];
  if (a.rings.length === 0 || cut.length === 0) return a;
  return { rings: Clipper.difference(a.rings as Ring[], cut, FillRule.NonZero) };
}

export function meet(a: Region, b: Region): Region {
  if (a.rings.length === 0 || b.rings.length === 0) return EMPTY;
  return { rings: Clipper.intersect(a.rings as Ring[], b.rings as Ring[], FillRule.NonZero) };
}

/** Grows (or, negative, shrinks) by `by` millimetres. `tolerance`: largest gap between arc and chord. */
export function grow(a: Region, by: number, o: { round?: boolean; tolerance?: number } = {}): Region {
  if (a.rings.length === 0 || by === 0) return a;
  const offset = new ClipperOffset(2, (o.tolerance ?? 0.005) * STEPS);
  offset.addPaths(a.rings as Ring[], o.round === false ? JoinType.Miter : JoinType.Round, EndType.Polygon);
  const out: Ring[] = [];
  offset.execute(by * STEPS, out);
  return { rings: out };
}

/** Lines of the given width with round ends: traces and stroked text. */
export function stroke(
  lines: readonly (readonly Point[])[],
  width: number,
  o: { flat?: boolean; tolerance?: number } = {},
): Region {
  const offset = new ClipperOffset(2, (o.tolerance ?? 0.005) * STEPS);
  offset.addPaths(
    lines.map((l) => toPath(l)),
    o.flat ? JoinType.Miter : JoinType.Round,
    o.flat ? EndType.Square : EndType.Round,
  );
  const out: Ring[] = [];
  offset.execute((width / 2) * STEPS, out);
  return { rings: Clipper.union(out, FillRule.NonZero) };
}

/** Drops vertices that move the border by less than `tolerance` millimetres. */
export function simplify(a: Region, tolerance: number): Region {
  return { rings: Clipper.simplifyPaths(a.rings as Ring[], tolerance * STEPS, true) };
}

/** Area in square millimetres. */
export function areaOf(a: Region): number {
  return Clipper.areaPaths(a.rings as Ring[]) / (STEPS * STEPS);
}

/**
 * Disjoint polygons with their holes: outlines counter-clockwise, holes clockwise. The clipper's rings do not cross,
 * so a hole belongs to the smallest outline that holds it.
 */
export function polygonsOf(a: Region): Polygon[] {
  const outer = a.rings
    .filter((r) => Clipper.area(r) > 0)
    .map((r) => ({ ring: r, area: Clipper.area(r), box: boxOf(r), holes: [] as Point[][] }))
    .sort((p, q) => p.area - q.area);
  for (const hole of a.rings.filter((r) => Clipper.area(r) < 0)) {
    const box = boxOf(hole);
    const owner = outer.find(
      (o) =>
        o.box[0] <= box[0] &&
        o.box[1] <= box[1] &&
        o.box[2] >= box[2] &&
        o.box[3] >= box[3] &&
        holds(o.ring, hole),
    );
    owner?.holes.push(toPoints(hole));
  }
  return outer.map((o) => ({ outline: toPoints(o.ring), holes: o.holes }));
}

/** The first corner of `hole` that is not on the border of `ring` decides; without one, they are the same. */
function holds(ring: Ring, hole: Ring): boolean {
  for (const p of hole) {
    const where = Clipper.pointInPolygon(p, ring);
    if (where !== PointInPolygonResult.IsOn) return where === PointInPolygonResult.IsInside;
  }
  return true;
}

function boxOf(ring: Ring): readonly [number, number, number, number] {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of ring) {
    x0 = Math.min(x0, x);
    y0 = Math.min(y0, y);
    x1 = Math.max(x1, x);
    y1 = Math.max(y1, y);
  }
  return [x0, y0, x1, y1];
}

function toPath(points: readonly Point[]): Ring {
  return points.map(([x, y]) => ({ x: Math.round(x * STEPS), y: Math.round(y * STEPS) }));
}

function toRing(points: readonly Point[], winding: 1 | -1): Ring {
  const ring = toPath(points);
  return Clipper.area(ring) * winding < 0 ? ring.reverse() : ring;
}

function toPoints(ring: Ring): Point[] {
  return ring.map((p) => [p.x / STEPS, p.y / STEPS] as const);
}
