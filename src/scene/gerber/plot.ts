import type { Point, Polygon } from "../board/board.js";
import {
  type Affine,
  applyAll,
  type Bounds,
  boundsOf,
  difference,
  moved,
  nonZero,
  type Piece,
  solid,
  stroke,
  translation,
} from "../planar/index.js";
import type { GerberObject } from "./image.js";

type Boxed = { polygon: Polygon; box: Bounds };

/** The dark area of an image; polygons may overlap. Erasing objects cut only what they touch. */
export function plot(objects: readonly GerberObject[]): Polygon[] {
  let done: Boxed[] = [];
  let erasers: Boxed[] = [];
  const erase = () => {
    if (erasers.length > 0) done = erased(done, erasers);
    erasers = [];
  };
  for (const object of objects) {
    const shapes = boxed(objectArea(object));
    if (object.dark) {
      erase();
      for (const s of shapes) done.push(s);
    } else for (const s of shapes) erasers.push(s);
  }
  erase();
  return done.map((b) => b.polygon);
}

function boxed(polygons: readonly Polygon[]): Boxed[] {
  return polygons.flatMap((polygon) => {
    const box = boundsOf(polygon.outline);
    return box ? [{ polygon, box }] : [];
  });
}

function erased(done: readonly Boxed[], erasers: readonly Boxed[]): Boxed[] {
  const all = boundsOf(
    erasers.flatMap(({ box: b }): Point[] => [
      [b.minX, b.minY],
      [b.maxX, b.maxY],
    ]),
  );
  const kept: Boxed[] = [];
  const hit: Polygon[] = [];
  for (const d of done)
    if (all && meets(d.box, all) && erasers.some((e) => meets(d.box, e.box))) hit.push(d.polygon);
    else kept.push(d);
  return hit.length === 0
    ? kept
    : [
        ...kept,
        ...boxed(
          difference(
            hit,
            erasers.map((e) => e.polygon),
          ),
        ),
      ];
}

function meets(a: Bounds, b: Bounds): boolean {
  return a.minX <= b.maxX && b.minX <= a.maxX && a.minY <= b.maxY && b.minY <= a.maxY;
}

/** What one object covers, whether it draws or erases. */
export function objectArea(object: GerberObject): readonly Polygon[] {
  switch (object.kind) {
    case "region":
      return nonZero(object.rings.filter((r) => r.length >= 3));
    case "flash": {
      const { aperture, map } = object;
      if (aperture.block) return plot(aperture.block).map((p) => moved(map, p));
      return aperture.shape.map((p) => (isShift(map) ? shifted(p, map[4], map[5]) : moved(map, p)));
    }
    case "stroke":
      return strokeArea(object.points, object.aperture.round, object.aperture.shape, object.map);
  }
}

function isShift(map: Affine): boolean {
  return map[0] === 1 && map[1] === 0 && map[2] === 0 && map[3] === 1;
}

function shifted(p: Polygon, dx: number, dy: number): Polygon {
  const move = (ring: readonly Point[]) => ring.map(([x, y]): Point => [x + dx, y + dy]);
  return { outline: move(p.outline), holes: p.holes.map(move) };
}

function strokeArea(
  points: readonly Point[],
  round: number | undefined,
  shape: readonly Polygon[],
  map: Affine,
): Polygon[] {
  const scale = Math.hypot(map[0], map[1]);
  if (round !== undefined) return stroke(points, round * scale);
  // Other pens sweep the hull of their outline at both ends of each segment.
  const own = shape.flatMap((p) => applyAll(map, p.outline));
  return points.slice(1).flatMap((to, i) => {
    const swept = [points[i], to].flatMap((at) => applyAll(translation(...at), own));
    const ring = hull(swept);
    return ring.length >= 3 ? [solid(ring)] : [];
  });
}

/** Convex hull, counter-clockwise (monotone chain). */
export function hull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (list: readonly Point[]) => {
    const ring: Point[] = [];
    for (const p of list) {
      while (ring.length >= 2 && cross(ring[ring.length - 2], ring[ring.length - 1], p) <= 0) ring.pop();
      ring.push(p);
    }
    ring.pop();
    return ring;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

function cross(o: Point, a: Point, b: Point): number {
  return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
}

/** The lines of an image without their width, as an outline layer means them. */
export function centrelines(objects: readonly GerberObject[]): Piece[] {
  return objects.flatMap((o): Piece[] => {
    if (!o.dark) return [];
    if (o.kind === "stroke") return [{ points: o.points, closed: false }];
    return o.kind === "region" ? o.rings.map((points) => ({ points, closed: true })) : [];
  });
}

/** Round flashes as holes: drill files in Gerber form. */
export function flashedHoles(
  objects: readonly GerberObject[],
): { at: Point; to?: Point; diameter: number }[] {
  return objects.flatMap((o) => {
    if (o.kind === "region" || o.aperture.round === undefined) return [];
    const diameter = o.aperture.round;
    if (o.kind === "flash") return [{ at: [o.map[4], o.map[5]] as Point, diameter }];
    return o.points.length >= 2 ? [{ at: o.points[0], to: o.points[o.points.length - 1], diameter }] : [];
  });
}
