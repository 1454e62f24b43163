import type { Drill, Pad, Placement, Polygon } from "../board/board.js";
import type { ProblemLog } from "../board/problem-log.js";
import {
  type Affine,
  apply,
  applyAll,
  type Bounds,
  boundsOf,
  compose,
  moved,
  type Piece,
} from "../planar/index.js";
import { child, children, number, numberOf, pointOf, required, text, word, words } from "./access.js";
import { placed, TO_BOARD } from "./frame.js";
import { type Drawn, drawnArea, readDrawn } from "./graphics.js";
import type { Layer, Layers } from "./layers.js";
import { readPad } from "./pads.js";
import type { Sexpr } from "./sexpr.js";
import {
  boxFrame,
  boxPlace,
  filledIn,
  isHidden,
  shownAngle,
  textArea,
  textPlace,
  type Variables,
} from "./text.js";

/** What the whole file says and a footprint needs. */
export type Context = Readonly<{
  file: string;
  layers: Layers;
  log: ProblemLog;
  /** Solder mask margin of the board, millimetres. */
  maskMargin: number;
  variables: Variables;
}>;

/** What an item adds to the top side. */
export type Ink = { copper: Polygon[]; mask: Polygon[]; silk: Polygon[]; drills: Drill[]; edges: Piece[] };

/** A part that is moved less than this from its anchor stays at its anchor. */
const ANCHOR_SLACK = 0.25;

/** Reads a `footprint` (or, before version 6, `module`) and adds what it draws to `ink`. */
export function readFootprint(node: Sexpr, ink: Ink, context: Context): Placement {
  const { file, layers, log } = context;
  const at = required(node, "at", file);
  const anchor = pointOf(node, "at", file);
  const turned = word(at, 2) === "" ? 0 : number(at, 2, file);
  const own = placed(anchor[0], anchor[1], turned);
  const side = layers.on(node, "B.Cu") ? "bottom" : "top";
  const fields = readFields(node);
  const local: Context = {
    ...context,
    maskMargin: numberOf(node, "solder_mask_margin", file) ?? context.maskMargin,
    variables: {
      ...context.variables,
      ...fields,
      REFERENCE: fields.Reference ?? "",
      VALUE: fields.Value ?? "",
    },
  };
  const pads: Pad[] = [];
  const fab: Drawn[] = [];
  for (const item of node.items) {
    if (typeof item === "string") continue;
    try {
      if (item.name === "pad") {
        const read = readPad(item, { footprint: own, layers, margin: local.maskMargin, file });
        pads.push(...read.pads);
        ink.copper.push(...read.pads.filter((p) => p.side !== "bottom").map((p) => p.shape));
        ink.mask.push(...read.mask);
        if (read.drill) ink.drills.push(read.drill);
      } else if (item.name === "fp_text" || item.name === "property")
        drawFootprintText(item, own, ink, local);
      else if (item.name === "fp_text_box") drawTextBox(item, own, turned, ink, local);
      else if (item.name.startsWith("fp_")) {
        const drawn = readDrawn(item, file);
        if (drawn && layers.on(item, side === "top" ? "F.Fab" : "B.Fab")) fab.push(drawn);
        if (drawn) addDrawn(item, drawn, own, ink, local);
      }
    } catch (error) {
      log.caught(error);
    }
  }
  const name = word(node).split(":");
  const body = boundsOf(fab.flatMap((d) => d.points));
  const center = centerOf(body, pads, own);
  return {
    ref: fields.Reference ?? "",
    value: fields.Value ?? "",
    footprint: name[name.length - 1],
    at: center,
    rotation: halfTurns(side === "top" ? turned : 180 - turned),
    side,
    pads,
    ...(body && body.maxX > body.minX && body.maxY > body.minY
      ? { body: { width: body.maxX - body.minX, depth: body.maxY - body.minY } }
      : {}),
    hints: hintsOf(node, name),
    ...(isNoPart(node, pads) ? { family: "none" as const } : {}),
    ...(isAbsent(node, fields.Value ?? "") ? { absent: true } : {}),
  };
}

/** Reference, value and the other fields, whichever way this version writes them. */
function readFields(node: Sexpr): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const p of children(node, "property")) fields[word(p, 0)] = word(p, 1);
  for (const t of children(node, "fp_text")) {
    if (word(t, 0) === "reference") fields.Reference = word(t, 1);
    if (word(t, 0) === "value") fields.Value = word(t, 1);
  }
  return fields;
}

function drawFootprintText(node: Sexpr, own: Affine, ink: Ink, context: Context): void {
  const { file, layers } = context;
  if (isHidden(node) || !child(node, "at")) return;
  const targets = targetsOf(node, layers, ink);
  if (targets.length === 0) return;
  const { at, degrees } = textPlace(node, file);
  const written = filledIn(word(node, 1), context.variables);
  const area = textArea(node, written, apply(own, at), shownAngle(node, degrees), file);
  const placedArea = area.map((p) => moved(TO_BOARD, p));
  for (const target of targets) target.push(...placedArea);
}

/** A text box: its text, and its frame where it has one. `own` takes its axes, turned by `turned`, to the board's. */
export function drawTextBox(node: Sexpr, own: Affine, turned: number, ink: Ink, context: Context): void {
  const { file, layers, variables } = context;
  const targets = targetsOf(node, layers, ink);
  if (targets.length === 0 || isHidden(node)) return;
  const { at, degrees } = boxPlace(node, file);
  const text = filledIn(word(node, 0), variables);
  const area = textArea(node, text, apply(own, at), degrees + turned, file).map((p) => moved(TO_BOARD, p));
  for (const target of targets) target.push(...area);
  const frame = boxFrame(node, file);
  if (frame) addDrawn(node, frame, own, ink, context);
}

/** Adds a drawn item to the layers that it lies on; `own` takes its axes to those of the board, +Y down. */
export function addDrawn(node: Sexpr, drawn: Drawn, own: Affine, ink: Ink, context: Context): void {
  const { layers } = context;
  const map = compose(TO_BOARD, own);
  if (layers.on(node, "Edge.Cuts"))
    ink.edges.push({ points: applyAll(map, drawn.points), closed: drawn.closed });
  const targets = targetsOf(node, layers, ink);
  if (targets.length === 0) return;
  const area = drawnArea(drawn, (points) => applyAll(map, points));
  for (const target of targets) target.push(...area);
}

/** The lists that an item on its layers goes to. */
export function targetsOf(node: Sexpr, layers: Layers, ink: Ink): Polygon[][] {
  const all: readonly (readonly [Layer, Polygon[]])[] = [
    ["F.Cu", ink.copper],
    ["F.Mask", ink.mask],
    ["F.SilkS", ink.silk],
  ];
  return all.filter(([layer]) => layers.on(node, layer)).map(([, list]) => list);
}

/**
 * The middle of the body: of what the fabrication layer draws, else (for parts with holes, whose anchor is often pin 1)
 * of the pads, else the anchor.
 */
function centerOf(body: Bounds | undefined, pads: readonly Pad[], own: Affine): Placement["at"] {
  const map = compose(TO_BOARD, own);
  if (body) {
    const local: Placement["at"] = [(body.minX + body.maxX) / 2, (body.minY + body.maxY) / 2];
    return apply(map, Math.hypot(...local) <= ANCHOR_SLACK ? [0, 0] : local);
  }
  if (pads.some((p) => p.drill)) {
    const b = boundsOf(pads.flatMap((p) => p.shape.outline));
    if (b) return [(b.minX + b.maxX) / 2, (b.minY + b.maxY) / 2];
  }
  return apply(map, [0, 0]);
}

function hintsOf(node: Sexpr, name: readonly string[]): string[] {
  const models = children(node, "model").map((m) =>
    (word(m).split(/[\\/]/).pop() ?? "").replace(/\.\w+$/, ""),
  );
  const library = name.length > 1 ? [name[0]] : [];
  return [...library, ...models, text(node, "descr") ?? "", text(node, "tags") ?? ""].filter((h) => h !== "");
}

/** Copper that is drawn as a footprint but carries no part, by how its name or its library's begins. */
const BARE =
  /(^|:)_?(fiducial|mounting_?hole|test_?point|solder_?(jumper|bridge|pads?\b|wire)|net_?tie|card_?edge|bus_?pci|logo|symbol)|solder_?pads?:|pcb_?traces?/i;

/** Logos, fiducials, mounting holes, test points, solder bridges: they stay part of the bare board. */
function isNoPart(node: Sexpr, pads: readonly Pad[]): boolean {
  const kinds = words(child(node, "attr"));
  if (kinds.includes("virtual") || kinds.includes("board_only")) return true;
  if (kinds.includes("exclude_from_bom") && kinds.includes("exclude_from_pos_files")) return true;
  return pads.length === 0 || BARE.test(word(node));
}

function isAbsent(node: Sexpr, value: string): boolean {
  const kinds = words(child(node, "attr"));
  return kinds.includes("dnp") || /(^|[^a-z0-9])(dnp|dnf|dni|nopop)($|[^a-z0-9])/i.test(value);
}

/** The same direction in (−180, 180]. */
function halfTurns(degrees: number): number {
  const turned = ((degrees % 360) + 360) % 360;
  return turned > 180 ? turned - 360 : turned;
}
