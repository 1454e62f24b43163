import { dataError } from "../../kit/errors.js";
import type { Drill, Pad, Point, Polygon } from "../board/board.js";
import {
  type Affine,
  apply,
  type Corner,
  compose,
  corneredRing,
  grown,
  moved,
  nonZero,
  ovalRing,
  polygonArea,
  rectRing,
  roundRectRing,
  solid,
  translation,
  union,
} from "../planar/index.js";
import { child, children, FARTHEST, number, numberOf, pointOf, required, word, words } from "./access.js";
import { TO_BOARD, turn } from "./frame.js";
import { drawnArea, readDrawn } from "./graphics.js";
import type { Layers } from "./layers.js";
import type { Sexpr } from "./sexpr.js";

/** A pad in board coordinates with everything it does to the top side. */
export type ReadPad = Readonly<{
  /** Empty for apertures without copper. */
  pads: readonly Pad[];
  mask: readonly Polygon[];
  drill?: Drill;
}>;

type Shape = Readonly<{ polygons: readonly Polygon[]; sharp: boolean }>;

/**
 * Reads a pad of a footprint. Its position turns with the footprint; its angle is absolute, and its shape is stored as
 * it lies on its side, so that nothing has to be mirrored.
 */
export function readPad(
  node: Sexpr,
  o: { footprint: Affine; layers: Layers; margin: number; file: string },
): ReadPad {
  const { file, layers } = o;
  const at = required(node, "at", file);
  const position = apply(o.footprint, pointOf(node, "at", file));
  const angle = at.items.length > 2 && word(at, 2) !== "" ? number(at, 2, file) : 0;
  const own = compose(TO_BOARD, translation(position[0], position[1]), turn(angle));
  const drillNode = child(node, "drill");
  const shift =
    drillNode && child(drillNode, "offset") ? pointOf(drillNode, "offset", file) : ([0, 0] as Point);
  const shaped = compose(own, translation(shift[0], shift[1]));
  const shape = padShape(node, file);
  const placedShape = shape.polygons.map((p) => moved(shaped, p));
  const drill = drillNode && readDrill(drillNode, own, node, file);
  const npth = word(node, 1) === "np_thru_hole";
  // A hole without plating has copper around it only where the pad is larger than the hole.
  const bare = npth && drill !== undefined && smallestSide(node, file) <= drill.diameter + 1e-6;
  const top = layers.on(node, "F.Cu") && !bare;
  const bottom = layers.on(node, "B.Cu") && !bare;
  const pin = word(node, 0);
  const side = top && bottom ? "both" : top ? "top" : "bottom";
  const pads =
    top || bottom ? placedShape.map((s): Pad => ({ pin, shape: s, side, ...(drill ? { drill } : {}) })) : [];
  const margin = numberOf(node, "solder_mask_margin", file) ?? o.margin;
  const mask = layers.on(node, "F.Mask") ? grown(placedShape, margin, shape.sharp ? "sharp" : "round") : [];
  return { pads, mask, ...(drill ? { drill } : {}) };
}

/** The copper of a pad about its own origin, KiCad's axes. Throws `pad_shape_unknown`. */
function padShape(node: Sexpr, file: string): Shape {
  const [w, h] = size(node, file);
  const kind = word(node, 2);
  const ring = anchorRing(kind, w, h, node, file);
  if (kind === "custom") {
    const options = child(node, "options");
    const anchor = options && word(child(options, "anchor")) === "circle" ? "circle" : "rect";
    const parts = [solid(anchorRing(anchor, w, h, node, file) ?? []), ...primitives(node, file)];
    const whole = union(parts.filter((p) => p.outline.length >= 3));
    // The largest piece first: it stands for the pin.
    return { polygons: whole.sort((a, b) => polygonArea(b) - polygonArea(a)), sharp: false };
  }
  if (!ring)
    throw dataError(
      "pad_shape_unknown",
      `pad "${word(node, 0)}" has the unknown shape "${kind}"`,
      "The pad is left out. Update this program, or save the board from an older KiCad.",
      { file, row: node.line, column: node.column },
    );
  return { polygons: w > 0 && h > 0 ? nonZero([ring]) : [], sharp: kind === "rect" };
}

function anchorRing(kind: string, w: number, h: number, node: Sexpr, file: string): Point[] | undefined {
  switch (kind) {
    case "circle":
      return ovalRing(w, w);
    case "oval":
      return ovalRing(w, h);
    case "rect":
      return rectRing(w, h);
    case "trapezoid":
      return trapezoid(w, h, node, file);
    case "roundrect":
      return roundRect(w, h, node, file);
    default:
      return undefined;
  }
}

const CORNERS = ["top_left", "top_right", "bottom_right", "bottom_left"];

function roundRect(w: number, h: number, node: Sexpr, file: string): Point[] {
  const least = Math.min(w, h);
  const radius = least * Math.min(0.5, Math.max(0, numberOf(node, "roundrect_rratio", file) ?? 0.25));
  const cut = words(child(node, "chamfer"));
  if (cut.length === 0) return roundRectRing(w, h, radius);
  const chamfer = least * Math.min(0.5, Math.max(0, numberOf(node, "chamfer_ratio", file) ?? 0));
  const corners = CORNERS.map(
    (name): Corner => (cut.includes(name) ? { radius: 0, chamfer } : { radius, chamfer: 0 }),
  );
  return corneredRing(w, h, corners);
}

/** `(rect_delta a b)`: one pair of sides differs by `a`, the other by `b`; one of them is 0. */
function trapezoid(w: number, h: number, node: Sexpr, file: string): Point[] {
  const delta = child(node, "rect_delta");
  const [dx, dy] = delta ? [number(delta, 0, file) / 2, number(delta, 1, file) / 2] : [0, 0];
  const [x, y] = [w / 2, h / 2];
  return [
    [-x - dy, y + dx],
    [-x + dy, -y - dx],
    [x - dy, -y + dx],
    [x + dy, y - dx],
  ];
}

function primitives(node: Sexpr, file: string): Polygon[] {
  return children(node, "primitives").flatMap((list) =>
    list.items.flatMap((item) => {
      const drawn = typeof item === "string" ? undefined : readDrawn(item, file, true);
      return drawn ? drawnArea(drawn, (points) => [...points]) : [];
    }),
  );
}

/** `(drill d)`, `(drill oval w h)`, either with `(offset x y)`. A slot is one tool moved along a line. */
function readDrill(node: Sexpr, own: Affine, pad: Sexpr, file: string): Drill | undefined {
  const oval = word(node, 0) === "oval";
  const first = oval ? 1 : 0;
  if (words(node).length <= first) return undefined;
  const w = number(node, first, file);
  const h = oval && words(node).length > 2 ? number(node, 2, file) : w;
  if (w <= 0 || h <= 0) return undefined;
  const plated = word(pad, 1) !== "np_thru_hole";
  const diameter = Math.min(w, h);
  const land = plated ? Math.max(diameter, smallestSide(pad, file)) : 0;
  const half: Point = [(w - diameter) / 2, (h - diameter) / 2];
  if (half[0] === 0 && half[1] === 0) return { at: apply(own, [0, 0]), diameter, land };
  return {
    at: apply(own, [-half[0], -half[1]]),
    to: apply(own, half),
    diameter,
    land,
  };
}

function size(node: Sexpr, file: string): Point {
  const list = required(node, "size", file);
  const [w, h] = [number(list, 0, file), number(list, 1, file)];
  if (w < 0 || h < 0 || w > FARTHEST || h > FARTHEST)
    throw dataError(
      "coordinate_absurd",
      `pad "${word(node, 0)}" measures ${w} × ${h} mm`,
      "The pad is left out. Correct its size in KiCad.",
      { file, row: node.line, column: node.column },
    );
  return [w, h];
}

function smallestSide(node: Sexpr, file: string): number {
  return Math.min(...size(node, file));
}
