import type { Board, Drill, Point, Polygon } from "../board/board.js";
import type { TriangleMesh } from "../model.js";
import type { MaterialName } from "../packages/index.js";
import {
  circle,
  EMPTY,
  extent,
  finish,
  flip,
  grow,
  inPolygon,
  meet,
  merge,
  minus,
  polygonsOf,
  type Region,
  regionFilm,
  regionOf,
  type Surface,
  simplify,
  stroke,
  union,
  walls,
} from "../shape/index.js";
import { indexBorder } from "./relief.js";

/** Heights above the laminate's top side, millimetres. */
export const COPPER = 0.035;
const MASK = 0.02;
const MASK_ON_COPPER = 0.05;
const LEGEND = 0.01;

/** Width of the slope by which the mask climbs over the edge of copper. */
const SLOPE = 0.04;

/** Corners that change a border by less than this are left out, millimetres. */
const DETAIL = 0.003;

/** Vias up to this drill without a mask opening are covered by the mask. */
const LARGEST_TENTED = 0.6;

/** One mesh of the bare board. `label`: its semantic class. */
export type BarePart = Readonly<{ name: string; mesh: TriangleMesh; material: MaterialName; label?: string }>;

/**
 * The bare board in board coordinates, laminate top at z = 0: laminate, copper as relief under the mask,
 * mask with its openings, lands, vias, holes, legend. Upright sides a few hundredths of a
 * millimetre high, which a camera from above cannot see, are left out.
 */
export function bareBoard(board: Board): BarePart[] {
  const openings = regionOf(board.maskOpenings);
  const isOpen = indexBorder(openings).inside;
  const drills = allDrills(board);
  const tented = drills.filter((d) => d.land > 0 && d.diameter <= LARGEST_TENTED && !isOpen(d.at));
  const open = drills.filter((d) => !tented.includes(d));
  const holes = discs(open);
  const laminate = minus(regionOf([board.outline]), holes);
  const lands = regionOf(board.placements.flatMap((p) => p.pads.filter(isTop).map((pad) => pad.shape)));
  const drawn = simplify(union(regionOf(board.copper), lands), DETAIL);
  const copper = minus(meet(drawn, laminate), discs(tented));
  const masked = minus(laminate, openings);
  const slopes = simplify(grow(copper, SLOPE, { tolerance: 0.008 }), DETAIL);
  const border = indexBorder(copper);
  const maskHeight = (p: Point): number => {
    const d = border.distance(p, SLOPE);
    if (d >= SLOPE) return border.inside(p) ? MASK_ON_COPPER : MASK;
    return d < 1e-3 || border.inside(p)
      ? MASK_ON_COPPER
      : MASK_ON_COPPER - ((MASK_ON_COPPER - MASK) * d) / SLOPE;
  };
  const opened = meet(openings, laminate);
  const bare = meet(copper, openings);
  const [landed, other] = split(bare, board);
  const legend = minus(meet(regionOf(board.silk), laminate), grow(openings, 0.05));
  const raised = (region: Region): Surface => landSurface(region, border.distance);
  const parts: (BarePart | undefined)[] = [
    part("LAMINATE", "Dielectric", [
      walls(polygonsOf(regionOf([board.outline])), -board.thickness, MASK),
      regionFilm(minus(opened, copper), 0),
    ]),
    part("MASK_BOTTOM", "SolderMask", [flip(regionFilm(laminate, -board.thickness))]),
    part("MASK_TOP", "SolderMask", [
      regionFilm(minus(masked, slopes), MASK),
      regionFilm(meet(minus(slopes, copper), masked), maskHeight),
    ]),
    part("MASK_TOP_COPPER", "SolderMask_Copper", [regionFilm(meet(copper, masked), MASK_ON_COPPER)]),
    part("PASTEMASK_TOP", "solder_pad", [regionFilm(landed, COPPER)], "pad"),
    part("CONDUCTOR_TOP", "OuterConductor", [raised(other)]),
    part(
      "BARRELS",
      "InnerConductor",
      barrels(
        open.filter((d) => d.land > 0),
        COPPER,
        board.thickness,
      ),
    ),
    part(
      "HOLES",
      "Dielectric",
      barrels(
        open.filter((d) => d.land <= 0),
        MASK,
        board.thickness,
      ),
    ),
    part("SILKSCREEN_TOP", "Silkscreen", [
      regionFilm(minus(legend, slopes), MASK + LEGEND),
      regionFilm(meet(legend, slopes), MASK_ON_COPPER + LEGEND),
    ]),
  ];
  return parts.filter((p) => p !== undefined);
}

/** The connected pieces on which a pad lies — solder wets all of them — and the others. */
function split(bare: Region, board: Board): readonly [Region, Region] {
  const pieces = polygonsOf(bare).map((piece) => ({ piece, box: extent(piece.outline) }));
  const wet = new Set<Polygon>();
  for (const pad of board.placements.flatMap((p) => p.pads.filter(isTop))) {
    const [x0, y0, x1, y1] = extent(pad.shape.outline);
    const middle: Point = [(x0 + x1) / 2, (y0 + y1) / 2];
    // The middle of a drilled land is its hole.
    const ring = pad.drill ? (pad.drill.diameter / 2 + (y1 - y0) / 2) / 2 : 0;
    const at: Point = [middle[0], middle[1] + ring];
    const found = pieces.find(({ piece, box }) => inBox(at, box) && inPolygon(at, piece));
    if (found) wet.add(found.piece);
  }
  const all = pieces.map(({ piece }) => piece);
  return [regionOf(all.filter((p) => wet.has(p))), regionOf(all.filter((p) => !wet.has(p)))];
}

function inBox([x, y]: Point, [x0, y0, x1, y1]: readonly [number, number, number, number]): boolean {
  return x >= x0 && y >= y0 && x <= x1 && y <= y1;
}

function isTop(pad: { side: string }): boolean {
  return pad.side !== "bottom";
}

/** Drills of the board and of its pads, each once. */
function allDrills(board: Board): Drill[] {
  const seen = new Map<string, Drill>();
  const pads = board.placements.flatMap((p) => p.pads.flatMap((pad) => (pad.drill ? [pad.drill] : [])));
  for (const d of [...board.drills, ...pads]) {
    const key = `${d.at[0].toFixed(3)},${d.at[1].toFixed(3)}`;
    const known = seen.get(key);
    if (!known || known.diameter < d.diameter) seen.set(key, d);
  }
  return [...seen.values()];
}

function discs(drills: readonly Drill[]): Region {
  if (drills.length === 0) return EMPTY;
  return regionOf(drills.map(hole));
}

/** A round hole or a slot. */
function hole(d: Drill): Polygon {
  if (d.to) return polygonsOf(stroke([[d.at, d.to]], d.diameter))[0];
  return {
    outline: circle(d.at, d.diameter / 2, d.diameter > 1 ? 32 : d.diameter > 0.4 ? 20 : 12),
    holes: [],
  };
}

/** Lands stand on the laminate; etching leaves their edges sloped. */
function landSurface(region: Region, distance: (p: Point, limit: number) => number): Surface {
  const bevel = 0.018;
  const foot = COPPER * 0.35;
  const flat = grow(region, -bevel, { round: false });
  const height = (p: Point): number => foot + ((COPPER - foot) * distance(p, bevel)) / bevel;
  return merge([
    regionFilm(flat, COPPER),
    regionFilm(minus(region, flat), (p) => height(p)),
    walls(polygonsOf(region), 0, foot),
  ]);
}

function barrels(drills: readonly Drill[], top: number, thickness: number): Surface[] {
  const rings = drills.map(hole);
  return rings.length === 0 ? [] : [flip(walls(rings, -thickness, top))];
}

function part(
  name: string,
  material: MaterialName,
  surfaces: readonly Surface[],
  label?: string,
): BarePart | undefined {
  const mesh = finish(merge(surfaces), name === "BARRELS" || name === "HOLES" ? 50 : 0, 1e-3);
  if (mesh.triangles.length === 0) return undefined;
  return { name, mesh, material, ...(label ? { label } : {}) };
}
