import { Clipper, ClipperOffset, ClipType, EndType, FillRule, JoinType, PolyTree64 } from "clipper2-ts";
import type { Point, Polygon } from "../board/board.js";

/** Integer steps per millimetre inside a region: 0.1 µm, so that set operations are exact. */
const STEPS = 10_000;

type Ring = { x: number; y: number }[];

/** A set of points of the plane, millimetres. Made and combined by the functions here only. */
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

/** Disjoint polygons with their holes: outlines counter-clockwise, holes clockwise. */
export function polygonsOf(a: Region): Polygon[] {
  const tree = new PolyTree64();
  Clipper.booleanOpWithPolyTree(ClipType.Union, a.rings as Ring[], null, tree, FillRule.NonZero);
  const out: Polygon[] = [];
  const visit = (node: PolyTree64): void => {
    for (let i = 0; i < node.count; i++) {
      const child = node.child(i) as PolyTree64;
      const holes: Point[][] = [];
      for (let k = 0; k < child.count; k++) {
        const hole = child.child(k) as PolyTree64;
        holes.push(toPoints(hole.poly as Ring));
        visit(hole);
      }
      out.push({ outline: toPoints(child.poly as Ring), holes });
    }
  };
  visit(tree);
  return out;
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
