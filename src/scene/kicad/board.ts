import type { Problem } from "../../kit/errors.js";
import { ReflowError } from "../../kit/errors.js";
import type { Board, Placement, Polygon } from "../board/board.js";
import { outlineAround, outlineFrom } from "../board/outline.js";
import { type ProblemLog, problemLog } from "../board/problem-log.js";
import {
  apply,
  applyAll,
  arcThrough,
  circleRing,
  grown,
  IDENTITY,
  moved,
  polygonBounds,
  solid,
  stroke,
} from "../planar/index.js";
import { child, children, flag, number, numberOf, pointOf, required, word, words } from "./access.js";
import { addDrawn, type Context, drawTextBox, type Ink, readFootprint, targetsOf } from "./footprint.js";
import { TO_BOARD } from "./frame.js";
import { readDrawn } from "./graphics.js";
import { layerTable } from "./layers.js";
import { parseSexpr, type Sexpr } from "./sexpr.js";
import { filledIn, isHidden, textArea, textPlace, type Variables } from "./text.js";
import { readZone } from "./zones.js";

/** Format of KiCad 9.0; files are dated by the day that their format was fixed on. */
const NEWEST = 20241229;
const USUAL_THICKNESS = 1.6;

/**
 * Reads the text of a `.kicad_pcb` of KiCad 4 or later. What is odd is collected; a file that is no board, or ends too
 * early, gives no board and one problem of severity `error`.
 */
export function readKicadBoard(text: string, file: string): { board?: Board; problems: Problem[] } {
  const log = problemLog();
  try {
    const root = parseBoard(text, file);
    return { board: assemble(root, file, log), problems: log.problems() };
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    const { code, message, hint, where } = error;
    const fatal: Problem = { code, severity: "error", message, hint, ...(where ? { where } : {}) };
    return { problems: [fatal, ...log.problems()] };
  }
}

const OTHER_FILES: Readonly<Record<string, string>> = {
  kicad_sch: "a schematic",
  footprint: "a footprint of a library",
  module: "a footprint of a library",
  kicad_symbol_lib: "a symbol library",
  export: "a netlist",
};

function parseBoard(text: string, file: string): Sexpr {
  const start = text.trimStart();
  const wrong = (what: string, hint: string) =>
    new ReflowError("data", "kicad_not_a_board", `this is ${what}, not a .kicad_pcb board`, hint, {
      where: { file },
    });
  if (/^PCBNEW-(BOARD|LibModule)/.test(start))
    throw wrong("a board of KiCad from before 2013", "Open it in KiCad 4 to 9 and save it as .kicad_pcb.");
  if (start !== "" && !start.startsWith("("))
    throw wrong("something else", "Name the .kicad_pcb file of the project.");
  const root = parseSexpr(text, file);
  if (root.name !== "kicad_pcb")
    throw wrong(
      OTHER_FILES[root.name] ?? `a "${root.name.slice(0, 30)}"`,
      "Name the .kicad_pcb file of the project.",
    );
  return root;
}

function versionOf(root: Sexpr, file: string, log: ProblemLog): number {
  const version = Number(word(child(root, "version")));
  const where = { file, row: root.line };
  if (!Number.isFinite(version) || version <= 0) {
    log.add(
      "warning",
      "kicad_version_missing",
      "the file does not say which version of the format it has; it is read as version 9",
      "Save it once with KiCad.",
      where,
    );
    return NEWEST;
  }
  if (version > NEWEST)
    log.add(
      "warning",
      "kicad_version_newer",
      `the format (${version}) is newer than the newest known one (${NEWEST}, KiCad 9); what is known is read`,
      "Compare the picture with the board. Save as KiCad 9 if something is missing.",
      where,
    );
  return version;
}

function assemble(root: Sexpr, file: string, log: ProblemLog): Board {
  const version = versionOf(root, file, log);
  const setup = child(root, "setup");
  const context: Context = {
    file,
    layers: layerTable(root, version),
    log,
    maskMargin: (setup && numberOf(setup, "pad_to_mask_clearance", file)) ?? 0,
    variables: boardVariables(root, file),
  };
  const ink: Ink = { copper: [], mask: [], silk: [], drills: [], edges: [] };
  const placements: Placement[] = [];
  const vias = viasOnMask(root, version);
  let unfilled = 0;
  for (const item of root.items) {
    if (typeof item === "string") continue;
    try {
      if (item.name === "footprint" || item.name === "module")
        placements.push(readFootprint(item, ink, context));
      else if (item.name === "segment" || item.name === "arc") readTrack(item, ink, context);
      else if (item.name === "via") readVia(item, ink, context, vias);
      else if (item.name === "zone") unfilled += addZone(item, ink, context);
      else if (item.name === "gr_text") drawText(item, ink, context);
      else if (item.name === "gr_text_box") drawTextBox(item, IDENTITY, 0, ink, context);
      else if (item.name.startsWith("gr_")) {
        const drawn = readDrawn(item, file);
        if (drawn) addDrawn(item, drawn, IDENTITY, ink, context);
      }
    } catch (error) {
      log.caught(error);
    }
  }
  if (unfilled > 0)
    log.add(
      "warning",
      "zones_unfilled",
      `${unfilled} ${unfilled === 1 ? "copper area is" : "copper areas are"} not filled; the whole outline is taken as copper`,
      "Press B in KiCad's board editor (fill all zones) and save.",
      { file },
    );
  const outline = outlineFrom(ink.edges, log, { file }) ?? guessedOutline(ink, placements, file, log);
  if (placements.length === 0)
    log.add(
      "warning",
      "no_components",
      "the board has no footprints: it will be rendered bare",
      "Import the board after its footprints are placed.",
      { file },
    );
  const thickness = numberOf(child(root, "general") ?? root, "thickness", file) ?? USUAL_THICKNESS;
  return {
    name: nameOf(file),
    outline,
    thickness: thickness > 0 && thickness < 20 ? thickness : USUAL_THICKNESS,
    copper: ink.copper,
    maskOpenings: withoutSlivers(ink.mask, (setup && numberOf(setup, "solder_mask_min_width", file)) ?? 0),
    silk: ink.silk,
    drills: ink.drills,
    placements,
  };
}

/** Openings whose web between them would be narrower than `width` become one, as the rule of the board says. */
function withoutSlivers(mask: readonly Polygon[], width: number): readonly Polygon[] {
  return width > 0 && width < 2 ? grown(grown(mask, width / 2), -width / 2) : mask;
}

function guessedOutline(ink: Ink, placements: readonly Placement[], file: string, log: ProblemLog) {
  const lands = placements.flatMap((p) => p.pads.map((pad) => pad.shape));
  const bounds = polygonBounds([...ink.copper, ...ink.mask, ...ink.silk, ...lands]);
  if (!bounds)
    throw new ReflowError(
      "data",
      "board_empty",
      "the board has neither an outline nor anything on it",
      "Save the board again, or name another file.",
      { where: { file } },
    );
  log.add(
    "warning",
    "outline_missing",
    "there is no closed line on Edge.Cuts; a rectangle around everything is taken",
    "Draw the board's edge on Edge.Cuts.",
    { file },
  );
  return outlineAround(bounds);
}

function readTrack(node: Sexpr, ink: Ink, { layers, file }: Context): void {
  if (!layers.on(node, "F.Cu")) return;
  const width = number(required(node, "width", file), 0, file);
  const [start, end] = [pointOf(node, "start", file), pointOf(node, "end", file)];
  const points = node.name === "arc" ? arcThrough(start, pointOf(node, "mid", file), end) : [start, end];
  ink.copper.push(...stroke(applyAll(TO_BOARD, points), width));
}

function readVia(node: Sexpr, ink: Ink, { layers, file }: Context, onMask: boolean): void {
  if (!layers.on(node, "F.Cu")) return;
  const at = apply(TO_BOARD, pointOf(node, "at", file));
  const land = number(required(node, "size", file), 0, file);
  const diameter = numberOf(node, "drill", file) ?? land / 2;
  const ring = solid(circleRing(at, land / 2));
  ink.copper.push(ring);
  const tented = tentedOnTop(child(node, "tenting")) ?? !onMask;
  if (!tented) ink.mask.push(ring);
  if (diameter > 0) ink.drills.push({ at, diameter, land });
}

/** True when vias are free of solder mask: since version 9 a rule of the board, before an option of plotting. */
function viasOnMask(root: Sexpr, version: number): boolean {
  const setup = child(root, "setup");
  const rule = tentedOnTop(setup && child(setup, "tenting"));
  if (rule !== undefined || version >= 20240900) return rule === false;
  const plot = setup && child(setup, "pcbplotparams");
  return plot !== undefined && flag(plot, "viasonmask");
}

function tentedOnTop(node: Sexpr | undefined): boolean | undefined {
  if (!node) return undefined;
  return words(node).includes("front") || flag(node, "front");
}

/** Returns 1 when the zone had to be taken unfilled. */
function addZone(node: Sexpr, ink: Ink, { layers, file }: Context): number {
  const targets = (["F.Cu", "F.Mask", "F.SilkS"] as const).filter((layer) => layers.on(node, layer));
  let unfilled = 0;
  for (const layer of targets) {
    const zone = readZone(node, layer, layers, file);
    if (!zone.filled) unfilled = 1;
    const list = layer === "F.Cu" ? ink.copper : layer === "F.Mask" ? ink.mask : ink.silk;
    list.push(...zone.polygons);
  }
  return unfilled;
}

function drawText(node: Sexpr, ink: Ink, context: Context): void {
  const targets = targetsOf(node, context.layers, ink);
  if (targets.length === 0 || isHidden(node)) return;
  const { at, degrees } = textPlace(node, context.file);
  const written = filledIn(word(node), context.variables);
  const area = textArea(node, written, at, degrees, context.file).map((p) => moved(TO_BOARD, p));
  for (const target of targets) target.push(...area);
}

/** Texts of the title block and of the project's own variables. */
function boardVariables(root: Sexpr, file: string): Variables {
  const variables: Record<string, string> = { FILENAME: nameOf(file) };
  for (const p of children(root, "property")) variables[word(p, 0)] = word(p, 1);
  const block = child(root, "title_block");
  if (block)
    for (const item of block.items)
      if (typeof item !== "string") {
        const name = { title: "TITLE", date: "ISSUE_DATE", rev: "REVISION", company: "COMPANY" }[item.name];
        if (name) variables[name] = word(item);
        if (item.name === "comment") variables[`COMMENT${word(item)}`] = word(item, 1);
      }
  return variables;
}

function nameOf(file: string): string {
  return (file.split(/[\\/]/).pop() ?? file).replace(/\.[^.]*$/, "");
}
