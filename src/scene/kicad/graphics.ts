import { dataError } from "../../kit/errors.js";
import type { Point, Polygon } from "../board/board.js";
import {
  arcAbout,
  arcThrough,
  bezierPoints,
  circleRing,
  nonZero,
  type Piece,
  stroke,
  union,
} from "../planar/index.js";
import { child, children, isList, number, numberOf, point, pointOf, required, word } from "./access.js";
import type { Sexpr } from "./sexpr.js";

/** A line or area of a drawing in the axes of its parent (+Y down). */
export type Drawn = Piece & Readonly<{ width: number; filled: boolean }>;

/** Line width where the file gives none, millimetres. */
const USUAL_WIDTH = 0.12;
const MOST_POINTS = 2_000_000;

/**
 * Reads `gr_line`, `fp_arc`, … of any version; undefined for items that are no shapes. Before version 6 an arc is
 * `(start = centre) (end = its first point) (angle)`, afterwards `(start) (mid) (end)`.
 */
export function readDrawn(node: Sexpr, file: string, inPad = false): Drawn | undefined {
  const kind = node.name.replace(/^(gr|fp)_/, "");
  const width = lineWidth(node, file) ?? (inPad ? 0 : USUAL_WIDTH);
  const at = (name: string) => pointOf(node, name, file);
  switch (kind) {
    case "line":
      return { points: [at("start"), at("end")], closed: false, width, filled: false };
    case "rect": {
      const [x1, y1] = at("start");
      const [x2, y2] = at("end");
      const points: Point[] = [
        [x1, y1],
        [x2, y1],
        [x2, y2],
        [x1, y2],
      ];
      return { points, closed: true, width, filled: isFilled(node, inPad && width === 0) };
    }
    case "circle": {
      const center = at("center");
      const end = at("end");
      const radius = Math.hypot(end[0] - center[0], end[1] - center[1]);
      const filled = isFilled(node, inPad && width === 0);
      return { points: circleRing(center, radius), closed: true, width, filled };
    }
    case "arc": {
      if (child(node, "mid")) {
        const points = arcThrough(at("start"), at("mid"), at("end"));
        return { points, closed: false, width, filled: false };
      }
      const sweep = ((numberOf(node, "angle", file) ?? 0) * Math.PI) / 180;
      const points = arcAbout(at("start"), at("end"), sweep);
      return { points, closed: Math.abs(sweep) >= 2 * Math.PI, width, filled: false };
    }
    case "poly":
      return {
        points: pointList(required(node, "pts", file), file),
        closed: true,
        width,
        filled: isFilled(node, true),
      };
    case "curve": {
      const [a, b, c, d] = pointList(required(node, "pts", file), file);
      if (!d)
        throw dataError(
          "kicad_incomplete",
          `(${node.name} …) needs four points`,
          "The item is left out. Save the board again from KiCad.",
          { file, row: node.line, column: node.column },
        );
      return { points: bezierPoints(a, b, c, d), closed: false, width, filled: false };
    }
    default:
      return undefined;
  }
}

/** `(pts (xy x y) … (arc (start) (mid) (end)) …)`. */
export function pointList(pts: Sexpr, file: string): Point[] {
  const points: Point[] = [];
  for (const item of pts.items) {
    if (!isList(item)) continue;
    if (item.name === "xy") points.push(point(item, file));
    else if (item.name === "arc")
      for (const p of arcThrough(
        pointOf(item, "start", file),
        pointOf(item, "mid", file),
        pointOf(item, "end", file),
      ))
        points.push(p);
    if (points.length > MOST_POINTS)
      throw dataError("kicad_too_large", "a polygon has too many points", "Simplify it in KiCad.", {
        file,
        row: pts.line,
      });
  }
  return points;
}

/** What the item covers. `map` takes its axes to those of the board. */
export function drawnArea(drawn: Drawn, map: (points: readonly Point[]) => Point[]): Polygon[] {
  const points = map(drawn.points);
  if (!drawn.filled) return stroke(points, drawn.width, drawn.closed);
  const fill = points.length >= 3 ? nonZero([points]) : [];
  return drawn.width > 0 ? union([...fill, ...stroke(points, drawn.width, true)]) : fill;
}

function lineWidth(node: Sexpr, file: string): number | undefined {
  const strokeNode = child(node, "stroke");
  const width = (strokeNode && child(strokeNode, "width")) ?? child(node, "width");
  return width && Math.max(0, number(width, 0, file));
}

function isFilled(node: Sexpr, usually: boolean): boolean {
  const fill = children(node, "fill")[0];
  return fill
    ? ["yes", "solid", "true", "hatch", "reverse_hatch", "cross_hatch"].includes(word(fill))
    : usually;
}
