import type { Drill, Point, Polygon } from "../board/board.js";
import { type Bounds, boundsOf, intersection, polygonArea, polygonContains, union } from "../planar/index.js";
import type { GerberObject } from "./image.js";

/** Bare metal in an opening of the solder mask: where one pin can be soldered. */
export type Land = Readonly<{
  shape: Polygon;
  box: Bounds;
  at: Point;
  drill?: Drill;
  /** Component and pin where the file names them (X2). */
  component?: string;
  pin?: string;
}>;

/** Bare metal below this (mm²) is no landing. */
const LEAST_AREA = 0.01;
/** A plated hole this small in a land this small is a via left open, unless the file says otherwise. */
const VIA_DRILL = 0.5;
const VIA_LAND = 1;

/**
 * Lands of the top side: copper within the mask openings, piece by piece. `flashes` are the objects of the copper
 * layer, whose X2 attributes name pins.
 */
export function findLands(
  copper: readonly Polygon[],
  openings: readonly Polygon[],
  drills: readonly Drill[],
  flashes: readonly GerberObject[],
): Land[] {
  const bare = intersection(union(copper), union(openings)).filter((p) => polygonArea(p) >= LEAST_AREA);
  const boxed = bare.flatMap((shape) => {
    const box = boundsOf(shape.outline);
    return box ? [{ shape, box }] : [];
  });
  const find = locator(boxed);
  const drilled = new Map<number, Drill>();
  for (const d of drills) {
    const center: Point = d.to ? [(d.at[0] + d.to[0]) / 2, (d.at[1] + d.to[1]) / 2] : d.at;
    const land = find(center);
    if (land !== undefined && !((drilled.get(land)?.diameter ?? 0) >= d.diameter)) drilled.set(land, d);
  }
  const named = new Map<number, { component: string; pin: string }>();
  for (const o of flashes) {
    const at = markedAt(o);
    const land = at && find(at);
    if (land !== undefined && o.component !== undefined && o.pin !== undefined)
      named.set(land, { component: o.component, pin: o.pin });
  }
  return boxed.flatMap(({ shape, box }, i): Land[] => {
    const drill = drilled.get(i);
    const name = named.get(i);
    const small = Math.max(box.maxX - box.minX, box.maxY - box.minY) <= VIA_LAND;
    if (!name && drill && drill.diameter <= VIA_DRILL && small) return [];
    const at: Point = [(box.minX + box.maxX) / 2, (box.minY + box.maxY) / 2];
    const own = drill && { ...drill, land: Math.min(box.maxX - box.minX, box.maxY - box.minY) };
    return [{ shape, box, at, ...(own ? { drill: own } : {}), ...(name ?? {}) }];
  });
}

/** Where an object that names a pin sits: the middle of a flash or region. */
function markedAt(o: GerberObject): Point | undefined {
  if (o.pin === undefined || o.kind === "stroke") return undefined;
  if (o.kind === "flash") return [o.map[4], o.map[5]];
  const b = boundsOf(o.rings.flat());
  return b && [(b.minX + b.maxX) / 2, (b.minY + b.maxY) / 2];
}

/** Finds the area that a point lies in; areas are sorted by their left edge once. */
function locator(areas: readonly { shape: Polygon; box: Bounds }[]): (p: Point) => number | undefined {
  const order = areas.map((_, i) => i).sort((a, b) => areas[a].box.minX - areas[b].box.minX);
  const widest = Math.max(0, ...areas.map((a) => a.box.maxX - a.box.minX));
  return (p) => {
    let low = 0;
    let high = order.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (areas[order[mid]].box.minX < p[0] - widest) low = mid + 1;
      else high = mid;
    }
    for (let k = low; k < order.length && areas[order[k]].box.minX <= p[0]; k++) {
      const { box, shape } = areas[order[k]];
      if (p[0] <= box.maxX && p[1] >= box.minY && p[1] <= box.maxY && polygonContains(shape, p))
        return order[k];
    }
    return undefined;
  };
}
