import type { Point, Polygon } from "../board/board.js";
import {
  type Affine,
  applyAll,
  boundsOf,
  compose,
  difference,
  evenOdd,
  moved,
  rectRing,
  scaling,
  solid,
  stroke,
  translation,
} from "../planar/index.js";
import { child, children, flag, number, numberOf, pointOf, word, words } from "./access.js";
import { glyph, TRAILING } from "./font.js";
import { placed } from "./frame.js";
import { type Drawn, pointList } from "./graphics.js";
import type { Sexpr } from "./sexpr.js";

/** Distance of lines in text heights. */
const LINE = 1.62;
const USUAL_HEIGHT = 1;
const LONGEST = 4000;
/** Between the frame of a text box and its text, where the file gives none. */
const BOX_MARGIN = 0.3;

/** What a text reads after `${…}` and `%R` are filled in. */
export type Variables = Readonly<Record<string, string>>;

export function filledIn(text: string, variables: Variables): string {
  return text
    .replace(/\$\{([^}]*)\}/g, (all, name: string) => variables[name] ?? variables[name.toUpperCase()] ?? all)
    .replace(/%R/g, () => variables.REFERENCE ?? "%R")
    .replace(/%V/g, () => variables.VALUE ?? "%V");
}

/**
 * The area that a text covers, KiCad's axes of the board. `at` is its anchor there and `degrees` the angle it is shown
 * at. Texts in outline fonts carry their own polygons, which are taken as they are.
 */
export function textArea(node: Sexpr, written: string, at: Point, degrees: number, file: string): Polygon[] {
  const cached = child(node, "render_cache");
  if (cached)
    return children(cached, "polygon").flatMap((polygon) =>
      evenOdd(children(polygon, "pts").map((pts) => pointList(pts, file))),
    );
  const effects = child(node, "effects");
  const font = effects && child(effects, "font");
  const sizes = font && child(font, "size");
  const height = sizes ? number(sizes, 0, file) : USUAL_HEIGHT;
  const width = sizes && words(sizes).length > 1 ? number(sizes, 1, file) : height;
  const bold = font !== undefined && flag(font, "bold");
  const italic = font !== undefined && flag(font, "italic");
  const pen = (font && numberOf(font, "thickness", file)) || Math.min(width, height) / (bold ? 5 : 8);
  const justify = effects ? words(child(effects, "justify")) : [];
  const lines = plainText(written).slice(0, LONGEST).split("\n");
  const mirror = scaling(justify.includes("mirror") ? -1 : 1, 1);
  const frame = compose(placed(at[0], at[1], degrees), mirror);
  const shapes = lines.flatMap((line, i) => {
    const span = lineWidth(line) * width;
    const x = justify.includes("left") ? 0 : justify.includes("right") ? -span : -span / 2;
    const below = lines.length - 1 - i;
    const y = baseline(justify, lines.length, height) - below * LINE * height;
    const slant: Affine = [width, 0, italic ? -0.125 * height : 0, -height, x, y];
    return lineArea(line, compose(frame, slant), pen);
  });
  const onLayer = children(node, "layer").some((layer) => words(layer).includes("knockout"));
  return onLayer ? knockout(shapes, lines, { width, height, justify, frame, pen }) : shapes;
}

/** Where the last line stands, +Y down: the anchor is the top of the first, the middle, or the bottom of the last. */
function baseline(justify: readonly string[], lines: number, height: number): number {
  const rest = (lines - 1) * LINE * height;
  if (justify.includes("top")) return height + rest;
  if (justify.includes("bottom")) return 0;
  return height / 2 + rest / 2;
}

function lineWidth(line: string): number {
  let width = 0;
  for (const c of line) width += glyph(c).advance;
  return Math.max(0, width - TRAILING);
}

function lineArea(line: string, map: Affine, pen: number): Polygon[] {
  const shapes: Polygon[] = [];
  let x = 0;
  for (const c of line) {
    const { strokes, advance } = glyph(c);
    for (const s of strokes) shapes.push(...stroke(applyAll(compose(map, translation(x, 0)), s), pen));
    x += advance;
  }
  return shapes;
}

type Block = Readonly<{
  width: number;
  height: number;
  justify: readonly string[];
  frame: Affine;
  pen: number;
}>;

/** A filled box with the text left out. */
function knockout(shapes: readonly Polygon[], lines: readonly string[], b: Block): Polygon[] {
  const span = Math.max(...lines.map(lineWidth)) * b.width;
  const x = b.justify.includes("left") ? span / 2 : b.justify.includes("right") ? -span / 2 : 0;
  const tall = b.height + (lines.length - 1) * LINE * b.height;
  const y = baseline(b.justify, lines.length, b.height) - tall / 2;
  const margin = 2 * Math.max(b.pen, b.height / 8);
  const box = solid(rectRing(span + 2 * margin, tall + 2 * margin));
  return boundsOf(box.outline) ? difference([moved(compose(b.frame, translation(x, y)), box)], shapes) : [];
}

/** Takes the markup off: `~{RST}`, `~RST~` (bars), `H_{2}O`, `x^{2}`. */
function plainText(text: string): string {
  return text
    .replace(/[~^_]\{([^}]*)\}/g, "$1")
    .replace(/~([^~\s]*)~?/g, (all, inner: string) => (inner ? inner : all));
}

/** The angle that KiCad shows a text at: kept readable from below or from the right, unless told otherwise. */
export function shownAngle(node: Sexpr, degrees: number): number {
  const at = child(node, "at");
  if (flag(node, "unlocked") || (at && words(at).includes("unlocked"))) return degrees;
  let angle = degrees % 360;
  while (angle > 90) angle -= 180;
  while (angle <= -90) angle += 180;
  return angle;
}

/** Anchor and angle as stored. */
export function textPlace(node: Sexpr, file: string): { at: Point; degrees: number } {
  const at = child(node, "at");
  const third = at ? Number(word(at, 2)) : 0;
  return { at: pointOf(node, "at", file), degrees: Number.isFinite(third) ? third : 0 };
}

/** Where the text of a box is anchored: the edge that it is justified to, in the axes of its parent. */
export function boxPlace(node: Sexpr, file: string): { at: Point; degrees: number } {
  const pts = child(node, "pts");
  const corners = pts ? pointList(pts, file) : [pointOf(node, "start", file), pointOf(node, "end", file)];
  const effects = child(node, "effects");
  const justify = effects ? words(child(effects, "justify")) : [];
  const given = child(node, "margins");
  const margin = (i: number) => (given ? number(given, i, file) : BOX_MARGIN);
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [left, right] = [Math.min(...xs) + margin(0), Math.max(...xs) - margin(2)];
  const [top, bottom] = [Math.min(...ys) + margin(1), Math.max(...ys) - margin(3)];
  const x = justify.includes("left") ? left : justify.includes("right") ? right : (left + right) / 2;
  const y = justify.includes("top") ? top : justify.includes("bottom") ? bottom : (top + bottom) / 2;
  return { at: [x, y], degrees: numberOf(node, "angle", file) ?? 0 };
}

/** The frame of a text box; undefined when it has none. */
export function boxFrame(node: Sexpr, file: string): Drawn | undefined {
  if (word(child(node, "border")) === "no") return undefined;
  const line = child(node, "stroke");
  const width = (line && numberOf(line, "width", file)) || 0;
  if (width <= 0) return undefined;
  const pts = child(node, "pts");
  if (pts) return { points: pointList(pts, file), closed: true, width, filled: false };
  const [[x1, y1], [x2, y2]] = [pointOf(node, "start", file), pointOf(node, "end", file)];
  const points: Point[] = [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ];
  return { points, closed: true, width, filled: false };
}

/** Hidden texts leave no ink: the bare word, `(hide yes)`, or `(effects … (hide yes))`. */
export function isHidden(node: Sexpr): boolean {
  const effects = child(node, "effects");
  return flag(node, "hide") || (effects !== undefined && flag(effects, "hide"));
}
