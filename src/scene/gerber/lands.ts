import type { Drill, Point, Polygon } from "../board/board.js";
import {
  type Bounds,
  boundsOf,
  difference,
  grown,
  intersection,
  polygonArea,
  polygonContains,
  totalArea,
  union,
} from "../planar/index.js";
import type { GerberObject } from "./image.js";
import { objectArea } from "./plot.js";

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
/** Openings are a little larger than pads: bared copper around a pad up to this far belongs to it. */
const RIM = 0.05;
/** Share of a region that lies in its opening when it is a pad. */
const MOSTLY = 0.85;
/** Bared copper narrower than this (mm) is the end of a trace. */
const BREADTH = 0.2;
/** A plated hole this small in a land this small is a via left open, unless the file says otherwise. */
const VIA_DRILL = 0.5;
const VIA_LAND = 1;

/**
 * Lands of the top side: the pads that the copper layer draws within mask openings, one by one, and what other copper the
 * openings bare. Their X2 attributes name component and pin.
 */
export function findLands(
  copper: readonly Polygon[],
  openings: readonly Polygon[],
  drills: readonly Drill[],
  objects: readonly GerberObject[],
): Land[] {
  const open = boxed(union(openings));
  const drawn = drawnLands(objects, open);
  const covered = grown(
    drawn.map((d) => d.shape),
    RIM,
  );
  const rest = difference(
    intersection(
      union(copper),
      open.map((o) => o.shape),
    ),
    covered,
  );
  // What is left beside the pads are rims of traces and areas: only pieces of some breadth are lands.
  const broad = grown(grown(rest, -BREADTH / 2), BREADTH / 2).filter((p) => polygonArea(p) >= LEAST_AREA);
  const all: (Boxed & { component?: string; pin?: string })[] = [...drawn, ...boxed(broad)];
  const find = locator(all);
  const drilled = new Map<number, Drill>();
  for (const d of drills) {
    const center: Point = d.to ? [(d.at[0] + d.to[0]) / 2, (d.at[1] + d.to[1]) / 2] : d.at;
    const land = find(center);
    if (land !== undefined && !((drilled.get(land)?.diameter ?? 0) >= d.diameter)) drilled.set(land, d);
  }
  return all.flatMap(({ shape, box, component, pin }, i): Land[] => {
    const drill = drilled.get(i);
    const name = component !== undefined && pin !== undefined ? { component, pin } : undefined;
    const [w, h] = [box.maxX - box.minX, box.maxY - box.minY];
    if (!name && drill && isVia(shape, w, h, drill)) return [];
    const at: Point = [(box.minX + box.maxX) / 2, (box.minY + box.maxY) / 2];
    const own = drill && { ...drill, land: Math.min(w, h) };
    return [{ shape, box, at, ...(own ? { drill: own } : {}), ...(name ?? {}) }];
  });
}

/** A small round land around a small hole; pads with a via in them have other shapes. */
function isVia(shape: Polygon, w: number, h: number, drill: Drill): boolean {
  if (drill.diameter > VIA_DRILL || Math.max(w, h) > VIA_LAND) return false;
  const round = Math.abs(polygonArea(shape) / ((Math.PI / 4) * w * h) - 1) < 0.08;
  return round && Math.abs(w - h) < 0.1;
}

type Boxed = Readonly<{ shape: Polygon; box: Bounds }>;

function boxed(polygons: readonly Polygon[]): Boxed[] {
  return polygons.flatMap((shape) => {
    const box = boundsOf(shape.outline);
    return box ? [{ shape, box }] : [];
  });
}

/**
 * Pads of the copper layer that lie in an opening, each cut to it: flashes, and regions that hardly reach beyond their
 * opening (areas do). Vias are named so or drop out by their drill.
 */
function drawnLands(
  objects: readonly GerberObject[],
  open: readonly Boxed[],
): (Boxed & { component?: string; pin?: string })[] {
  const find = locator(open);
  const seen = new Set<string>();
  return objects.flatMap((o) => {
    if (o.kind === "stroke" || !o.dark || /via/i.test(o.function ?? "")) return [];
    const at = middleOf(o);
    const opening = at && find(at);
    if (!at || opening === undefined) return [];
    const whole = objectArea(o);
    const area = intersection(whole, [open[opening].shape]);
    const shape = area.sort((a, b) => polygonArea(b) - polygonArea(a))[0];
    const spot = `${Math.round(at[0] * 100)},${Math.round(at[1] * 100)}`;
    if (!shape || polygonArea(shape) < LEAST_AREA || seen.has(spot)) return [];
    if (o.kind === "region" && polygonArea(shape) < MOSTLY * totalArea(whole)) return [];
    seen.add(spot);
    return boxed([shape]).map((b) => ({
      ...b,
      ...(o.pin === undefined ? {} : { component: o.component, pin: o.pin }),
    }));
  });
}

function middleOf(o: GerberObject): Point | undefined {
  if (o.kind === "flash") return [o.map[4], o.map[5]];
  const b = o.kind === "region" ? boundsOf(o.rings.flat()) : undefined;
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
