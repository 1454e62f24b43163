import type { Point } from "../board/board.js";
import { rectangle, turn } from "../shape/outlines.js";
import { strip } from "../shape/solids.js";
import { place, type Surface } from "../shape/surface.js";
import type { Wall } from "./fillet.js";

/** A lead that leaves the body, bends down and stands on its pad. Distances along the outward direction. */
export type GullWing = Readonly<{
  /** Where it leaves the body, and its centre line's height there. */
  from: number;
  exit: number;
  /** Inner and outer end of the flat foot. */
  heel: number;
  toe: number;
  width: number;
  thickness: number;
  /** True for packages with very many pins: fewer bends and no chamfers. */
  coarse: boolean;
}>;

/** The lead in its own frame: outwards is +X, the foot's underside at z = 0. */
export function gullWing(g: GullWing): Surface {
  const half = g.thickness / 2;
  const drop = g.exit - half;
  const knee = g.from + Math.max(0.03, (g.heel - g.from) * 0.3);
  const bend = Math.min(0.45 * drop, 0.5 * Math.max(g.heel - knee, 0.05));
  const path: (readonly [number, number])[] = [[g.from - 0.08, g.exit]];
  if (g.coarse) path.push([knee, g.exit], [g.heel, half], [g.toe, half]);
  else
    path.push(
      [knee, g.exit],
      [knee + bend * 0.55, g.exit - bend * 0.28],
      [g.heel - bend * 0.55, half + bend * 0.45],
      [g.heel + bend * 0.05, half + bend * 0.06],
      [g.heel + Math.min(0.35 * (g.toe - g.heel), bend), half],
      [g.toe, half],
    );
  return strip(path, g.width, g.thickness, g.coarse ? 0 : Math.min(0.25 * g.thickness, 0.04));
}

/** What solder climbs: the foot's sides, and the slope above the heel. */
export function gullWingWalls(g: GullWing, at: Point, outward: number): Wall[] {
  const foot = rectangle([(g.heel + g.toe) / 2, 0], g.toe - g.heel, g.width);
  const slope = rectangle([g.heel - 0.02, 0], Math.min(0.12, 0.4 * (g.toe - g.heel)), g.width * 0.9);
  return [
    { outline: moved(foot, at, outward), height: g.thickness * 1.05 },
    { outline: moved(slope, at, outward), height: Math.min(g.exit * 0.75, g.thickness * 3) },
  ];
}

export function placeLead(lead: Surface, at: Point, outward: number): Surface {
  return place(lead, [at[0], at[1], 0], outward);
}

function moved(outline: readonly Point[], at: Point, outward: number): Point[] {
  const [c, s] = turn(outward);
  return outline.map(([x, y]) => [at[0] + x * c - y * s, at[1] + x * s + y * c] as const);
}
