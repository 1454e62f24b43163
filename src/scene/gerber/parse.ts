import { dataError, type Place, type Problem, ReflowError } from "../../kit/errors.js";
import type { Point } from "../board/board.js";
import { type ProblemLog, problemLog } from "../board/problem-log.js";
import { arcAbout, compose, translation } from "../planar/index.js";
import { coordinate } from "./coordinates.js";
import {
  add,
  attribute,
  caught,
  closeTarget,
  endLine,
  endRegion,
  endRing,
  MOST_OBJECTS,
  marks,
  tooLarge,
} from "./drawing.js";
import { readExtended } from "./extended.js";
import type { GerberImage } from "./image.js";
import { initialState, type State } from "./state.js";
import { type Statement, statements } from "./words.js";

const FARTHEST = 2000;
const TURN = 2 * Math.PI;

/**
 * Reads RS-274X, with or without X2/X3 attributes. What is odd is collected; a file that ends too early or is no
 * Gerber gives no image and one problem of severity `error`.
 */
export function parseGerber(text: string, file: string): { image?: GerberImage; problems: Problem[] } {
  const log = problemLog();
  const state = initialState();
  try {
    for (const statement of statements(text, file)) {
      try {
        if (statement.extended) readExtended(statement, state, file, log);
        else for (const word of statement.words) readWord(word, statement, state, file, log);
      } catch (error) {
        caught(error, log);
      }
      if (state.finished) break;
    }
    endLine(state);
    if (state.region)
      throw dataError("gerber_truncated", "the file ends inside of a region (G36)", HINT_EXPORT, { file });
    if (state.unit === undefined && state.format === undefined)
      throw dataError(
        "gerber_not_gerber",
        "there is neither a format (%FS…) nor a unit (%MO…): this is no RS-274X Gerber file",
        "Export as RS-274X or X2; the old RS-274D cannot be read.",
        { file },
      );
    if (!state.finished)
      log.add(
        "warning",
        "gerber_no_end",
        "the file has no end mark (M02): it may have been cut off",
        "Compare the layer with the original.",
        { file },
      );
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    const { code, message, hint, where } = error;
    const fatal: Problem = { code, severity: "error", message, hint, ...(where ? { where } : {}) };
    return { problems: [fatal, ...log.problems()] };
  }
  while (state.targets.length > 1) closeTarget(state);
  const image: GerberImage = {
    file,
    objects: state.targets[0].objects,
    attributes: state.fileMarks,
    name: state.name,
  };
  return { image, problems: log.problems() };
}

const HINT_EXPORT = "Export the Gerber files again, or copy them again: this one did not arrive whole.";

function readWord(word: string, s: Statement, state: State, file: string, log: ProblemLog): void {
  if (/^G0?4(?!\d)/.test(word)) {
    readComment(word, state);
    return;
  }
  const where: Place = { file, row: s.line, column: s.column };
  let rest = word.replace(/\s+/g, "");
  // Up to one G code, then coordinates, then one operation, all optional.
  const g = /^G(\d{1,3})/.exec(rest);
  if (g) {
    rest = rest.slice(g[0].length);
    gCode(Number(g[1]), state, where, log);
  }
  if (/^M0?[012]$/.test(rest)) {
    state.finished = true;
    return;
  }
  if (rest === "" || /^[NM]\d+$/.test(rest)) return;
  const op = /^((?:[XYIJ][+-]?[\d.]+)*)(?:D(\d{1,9}))?$/.exec(rest);
  if (!op)
    throw dataError(
      "gerber_syntax",
      `cannot read "${word.slice(0, 40)}"`,
      "The command is left out. Export the Gerber files again.",
      where,
    );
  const d = op[2] === undefined ? undefined : Number(op[2]);
  if (d !== undefined && d >= 10) {
    selectAperture(d, state, where);
    return;
  }
  operate(op[1], d, state, where);
}

/** X2 attributes may hide in comments: `G04 #@! TF.FileFunction,…`. */
function readComment(word: string, state: State): void {
  const hidden = /#@!\s*(T[FAOD][^*]*)/.exec(word);
  if (hidden) attribute(hidden[1].trim(), state);
}

function gCode(code: number, state: State, where: Place, log: ProblemLog): void {
  switch (code) {
    case 1:
    case 10:
    case 11:
    case 12:
      state.mode = "line";
      break;
    case 2:
      state.mode = "clockwise";
      break;
    case 3:
      state.mode = "counterclockwise";
      break;
    case 36:
      endLine(state);
      state.region = { rings: [], ring: [] };
      break;
    case 37:
      endRegion(state);
      break;
    case 54:
    case 55:
      break;
    case 70:
      state.unit = 25.4;
      break;
    case 71:
      state.unit = 1;
      break;
    case 74:
      state.singleQuadrant = true;
      break;
    case 75:
      state.singleQuadrant = false;
      break;
    case 90:
      state.absolute = true;
      break;
    case 91:
      state.absolute = false;
      break;
    default:
      log.add(
        "warning",
        "gerber_unknown_code",
        `the code G${code} is unknown and ignored`,
        "Export as RS-274X or X2.",
        where,
      );
  }
}

function selectAperture(d: number, state: State, where: Place): void {
  endLine(state);
  state.aperture = state.apertures.get(d);
  if (!state.aperture)
    throw dataError(
      "gerber_undefined_aperture",
      `aperture D${d} is used but not defined`,
      "What it draws is left out. Export as RS-274X with embedded apertures.",
      where,
    );
}

function operate(coordinates: string, d: number | undefined, state: State, where: Place): void {
  const next = readCoordinates(coordinates, state, where);
  const code = d ?? state.operation;
  if (code !== 1 && code !== 2 && code !== 3)
    throw dataError("gerber_syntax", `unknown operation D${code}`, "The command is left out.", where);
  state.operation = code;
  const [from, to] = [state.at, next.to];
  state.at = to;
  if (code === 2) {
    if (state.region) endRing(state);
    else endLine(state);
    return;
  }
  if (code === 3) {
    endLine(state);
    if (!state.region && state.aperture) {
      const map = compose(translation(to[0], to[1]), state.mirror, state.turn, state.scale);
      add(state, { kind: "flash", aperture: state.aperture, map, ...marks(state) }, where);
    }
    return;
  }
  const path = state.mode === "line" ? [from, to] : arc(from, to, next.center, state);
  const line = state.region ? state.region.ring : state.line;
  if (line.length === 0) line.push(from);
  for (let i = 1; i < path.length; i++) line.push(path[i]);
  if (line.length > MOST_OBJECTS) throw tooLarge(where);
}

function readCoordinates(text: string, state: State, where: Place): { to: Point; center: Point } {
  let [x, y] = state.at;
  let [i, j] = [0, 0];
  for (const [, axis, digits] of text.matchAll(/([XYIJ])([+-]?[\d.]+)/g)) {
    if (!state.format || state.unit === undefined)
      throw dataError(
        "gerber_no_format",
        "coordinates come before the format (%FS…) and the unit (%MO…)",
        "They are left out. Export as RS-274X or X2.",
        where,
      );
    const value = coordinate(digits, state.format) * state.unit;
    if (!(Math.abs(value) <= FARTHEST))
      throw dataError(
        "coordinate_absurd",
        `the coordinate ${axis}${digits} is ${Number.isNaN(value) ? "no number" : "more than 2 m away"}`,
        "The command is left out. Check the format and the unit of the file.",
        where,
      );
    if (axis === "X") x = state.absolute ? value : x + value;
    else if (axis === "Y") y = state.absolute ? value : y + value;
    else if (axis === "I") i = value;
    else j = value;
  }
  return { to: [x, y], center: [i, j] };
}

/**
 * A circular arc. With multi-quadrant arcs (G75) the offsets carry their signs; with single-quadrant arcs (G74) they
 * are magnitudes and the centre is the one that fits both ends and turns at most a quarter.
 */
function arc(from: Point, to: Point, [i, j]: Point, state: State): Point[] {
  const clockwise = state.mode === "clockwise";
  const centers: Point[] = state.singleQuadrant
    ? [1, -1].flatMap((sx) =>
        [1, -1].map((sy): Point => [from[0] + sx * Math.abs(i), from[1] + sy * Math.abs(j)]),
      )
    : [[from[0] + i, from[1] + j]];
  let best: { center: Point; sweep: number; error: number } | undefined;
  for (const center of centers) {
    const a = Math.atan2(from[1] - center[1], from[0] - center[0]);
    const b = Math.atan2(to[1] - center[1], to[0] - center[0]);
    const same = Math.hypot(to[0] - from[0], to[1] - from[1]) < 1e-9;
    let sweep = (b - a) % TURN;
    if (clockwise && sweep > 0) sweep -= TURN;
    if (!clockwise && sweep < 0) sweep += TURN;
    if (same) sweep = state.singleQuadrant ? 0 : clockwise ? -TURN : TURN;
    const radii = Math.abs(
      Math.hypot(from[0] - center[0], from[1] - center[1]) - Math.hypot(to[0] - center[0], to[1] - center[1]),
    );
    const error = radii + (state.singleQuadrant && Math.abs(sweep) > Math.PI / 2 + 0.01 ? 1e3 : 0);
    if (!best || error < best.error) best = { center, sweep, error };
  }
  if (!best || Math.hypot(from[0] - best.center[0], from[1] - best.center[1]) > FARTHEST) return [from, to];
  const points = arcAbout(best.center, from, best.sweep);
  points[points.length - 1] = to;
  return points;
}
