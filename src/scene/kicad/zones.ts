import type { Polygon } from "../board/board.js";
import { applyAll, grown, nonZero, stroke } from "../planar/index.js";
import { child, children, numberOf, word } from "./access.js";
import { TO_BOARD } from "./frame.js";
import { pointList } from "./graphics.js";
import type { Layer, Layers } from "./layers.js";
import type { Sexpr } from "./sexpr.js";

export type ReadZone = Readonly<{ polygons: readonly Polygon[]; filled: boolean }>;

/** Rule areas (keep-outs, placement rules) hold no copper. */
export function isRuleArea(node: Sexpr): boolean {
  return child(node, "keepout") !== undefined;
}

/**
 * The copper of a zone on one layer as it was filled when the board was saved; without a fill the zone's outline.
 * Older files store the fill without the pen of `min_thickness` that goes around it.
 */
export function readZone(node: Sexpr, layer: Layer, layers: Layers, file: string): ReadZone {
  if (isRuleArea(node)) return { polygons: [], filled: true };
  const fills = children(node, "filled_polygon").filter((f) => !child(f, "layer") || layers.on(f, layer));
  const segments = children(node, "fill_segments");
  const pen = numberOf(node, "min_thickness", file) ?? 0;
  if (fills.length === 0 && segments.length === 0) {
    const anyFill = children(node, "filled_polygon").length > 0;
    if (anyFill) return { polygons: [], filled: true };
    const outlines = children(node, "polygon").flatMap((p) => rings(p, file));
    return { polygons: outlines.length > 0 ? nonZero(outlines) : [], filled: false };
  }
  const areas = fills.flatMap((f) => {
    const found = rings(f, file);
    return found.length > 0 ? nonZero(found) : [];
  });
  const penned = word(child(node, "filled_areas_thickness")) !== "no" ? grown(areas, pen / 2) : areas;
  const lines = segments.flatMap((s) =>
    children(s, "pts").flatMap((pts) => {
      const points = applyAll(TO_BOARD, pointList(pts, file));
      return points.flatMap((p, i) => (i % 2 === 1 ? stroke([points[i - 1], p], pen) : []));
    }),
  );
  return { polygons: [...penned, ...lines], filled: true };
}

function rings(node: Sexpr, file: string) {
  return children(node, "pts")
    .map((pts) => applyAll(TO_BOARD, pointList(pts, file)))
    .filter((ring) => ring.length >= 3);
}
