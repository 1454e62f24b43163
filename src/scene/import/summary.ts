import type { Board, Placement } from "../board/board.js";
import { recognise } from "../packages/index.js";
import { polygonArea, polygonBounds } from "../planar/index.js";

/** What was read, in numbers. Lengths in millimetres. */
export type Summary = Readonly<{
  name: string;
  width: number;
  height: number;
  thickness: number;
  /** Of the board without its cut-outs, mm². */
  area: number;
  cutouts: number;
  drills: number;
  slots: number;
  /** Components that get a model, and how many of them are on each side. */
  components: number;
  top: number;
  bottom: number;
  pads: number;
  families: Readonly<Record<string, number>>;
  /** Not fitted on purpose. */
  absent: number;
  /** Fiducials, mounting holes, logos, test points. */
  bare: number;
  /** Footprints whose names say nothing, with the components that have them. */
  unrecognised: readonly Readonly<{ footprint: string; refs: readonly string[] }>[];
}>;

export function summarise(board: Board): Summary {
  const box = polygonBounds([board.outline]);
  const families: Record<string, number> = {};
  const unknown = new Map<string, string[]>();
  const parts: Placement[] = [];
  let bare = 0;
  for (const p of board.placements) {
    if (p.absent) continue;
    if (p.family === "none") {
      bare++;
      continue;
    }
    const { spec, problems } = recognise(p);
    if (problems.length > 0) unknown.set(p.footprint, [...(unknown.get(p.footprint) ?? []), p.ref]);
    if (!spec) continue;
    parts.push(p);
    families[spec.family] = (families[spec.family] ?? 0) + 1;
  }
  const round = (x: number) => Math.round(x * 1000) / 1000;
  return {
    name: board.name,
    width: round(box ? box.maxX - box.minX : 0),
    height: round(box ? box.maxY - box.minY : 0),
    thickness: board.thickness,
    area: round(polygonArea(board.outline)),
    cutouts: board.outline.holes.length,
    drills: board.drills.length,
    slots: board.drills.filter((d) => d.to).length,
    components: parts.length,
    top: parts.filter((p) => p.side === "top").length,
    bottom: parts.filter((p) => p.side === "bottom").length,
    pads: parts.reduce((n, p) => n + p.pads.length, 0),
    families: Object.fromEntries(Object.entries(families).sort(([a], [b]) => (a < b ? -1 : 1))),
    absent: board.placements.filter((p) => p.absent).length,
    bare,
    unrecognised: [...unknown]
      .map(([footprint, refs]) => ({ footprint, refs }))
      .sort((a, b) => b.refs.length - a.refs.length || (a.footprint < b.footprint ? -1 : 1)),
  };
}
