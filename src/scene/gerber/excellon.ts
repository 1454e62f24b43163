import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import type { Point } from "../board/board.js";
import { type ProblemLog, problemLog } from "../board/problem-log.js";
import { arcThrough } from "../planar/index.js";
import { coordinate, type NumberFormat } from "./coordinates.js";

/** A hole, or a slot with its other end in `to`. Millimetres. */
export type Hole = Readonly<{ at: Point; to?: Point; diameter: number }>;

export type DrillFile = Readonly<{
  holes: readonly Hole[];
  /** Undefined: the file does not say. */
  plated?: boolean;
  /** True when numbers without decimal points came without a stated format: `guess` may have to be tried. */
  guessed: boolean;
}>;

/** What is assumed where a file does not say. */
export type DrillGuess = Readonly<{ unit: number; format: NumberFormat }>;

const FARTHEST = 2000;
const MOST_HOLES = 1_000_000;
const HINT = "Export the drill file again, in Excellon format with decimal points.";

type State = {
  unit: number | undefined;
  format: NumberFormat | undefined;
  skip: NumberFormat["skip"] | undefined;
  digits: readonly [number, number] | undefined;
  tools: Map<number, number>;
  tool: number | undefined;
  at: Point;
  absolute: boolean;
  /** Routing: the tool is down and moves. */
  down: boolean;
  routing: boolean;
  plated: boolean | undefined;
  header: boolean;
  ended: boolean;
  guessed: boolean;
  /** Coordinates have decimal points: those without one are whole units. */
  pointed: boolean;
  holes: Hole[];
};

/**
 * Reads an Excellon (NC drill) file: tools in the header or in the text, inch or metric, either zero suppression or
 * decimal points, G85 slots, routed slots, repeats.
 */
export function parseExcellon(
  text: string,
  file: string,
  guess?: DrillGuess,
): { drill?: DrillFile; problems: Problem[] } {
  const log = problemLog();
  const s: State = {
    unit: undefined,
    format: undefined,
    skip: undefined,
    digits: undefined,
    tools: new Map(),
    tool: undefined,
    at: [0, 0],
    absolute: true,
    down: false,
    routing: false,
    plated: undefined,
    header: false,
    ended: false,
    guessed: false,
    pointed: /[XY][+-]?\d*\.\d/.test(text),
    holes: [],
  };
  try {
    if (!/^\s*(M48|M71|M72|T\d|;|%)/m.test(text.slice(0, 20_000)))
      throw dataError("drill_not_excellon", "this is no Excellon drill file", HINT, { file });
    text.split(/\r\n|\n|\r/).some((line, i) => {
      try {
        readLine(line.trim(), s, { file, row: i + 1 }, guess, log);
      } catch (error) {
        log.caught(error);
      }
      return s.ended;
    });
    if (s.header) throw dataError("drill_truncated", "the drill file ends inside its header", HINT, { file });
    if (!s.ended)
      log.add(
        "warning",
        "drill_no_end",
        "the drill file has no end mark (M30): it may have been cut off",
        HINT,
        {
          file,
        },
      );
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    const { code, message, hint, where } = error;
    return {
      problems: [{ code, severity: "error", message, hint, ...(where ? { where } : {}) }, ...log.problems()],
    };
  }
  const { holes, plated, guessed } = s;
  return { drill: { holes, guessed, ...(plated === undefined ? {} : { plated }) }, problems: log.problems() };
}

type Where = Readonly<{ file: string; row: number }>;

function readLine(
  line: string,
  s: State,
  where: Where,
  guess: DrillGuess | undefined,
  log: ProblemLog,
): void {
  if (line === "") return;
  if (line.startsWith(";")) {
    readComment(line, s);
    return;
  }
  if (line === "M48") {
    s.header = true;
    return;
  }
  if (line === "%" || line === "M95") {
    s.header = false;
    return;
  }
  if (/^M(30|00)\b/.test(line)) {
    s.ended = true;
    return;
  }
  const unit = /^(METRIC|INCH|M71|M72)\b(.*)$/.exec(line);
  if (unit) {
    s.unit = unit[1] === "METRIC" || unit[1] === "M71" ? 1 : 25.4;
    if (/,LZ/.test(unit[2])) s.skip = "trailing";
    if (/,TZ/.test(unit[2])) s.skip = "leading";
    const digits = /,(0+)\.(0+)/.exec(unit[2]);
    if (digits) s.digits = [digits[1].length, digits[2].length];
    return;
  }
  if (line === "G90" || line === "G91" || /^ICI,?ON/.test(line)) {
    s.absolute = line === "G90";
    return;
  }
  if (/^(FMAT|ICI|VER|DETECT|ATC|R,|RTZ|G93|M47|G05|G81|M97|M98|M18|M25|M01|M08|M02)/.test(line)) {
    if (line.startsWith("G05")) s.routing = false;
    return;
  }
  const tool = /^T(\d{1,6})/.exec(line);
  if (tool) {
    readTool(Number(tool[1]), line.slice(tool[0].length), s, where);
    return;
  }
  if (/^M1[4-7]/.test(line)) {
    s.down = /^M1[45]/.test(line);
    return;
  }
  readMove(line, s, where, guess, log);
}

function readComment(line: string, s: State): void {
  if (/TF\.FileFunction,NonPlated|TYPE\s*=\s*NON_?PLATED/i.test(line)) s.plated = false;
  else if (/TF\.FileFunction,(Mixed)?Plated|TYPE\s*=\s*PLATED/i.test(line))
    s.plated = /Mixed/.test(line) ? undefined : true;
  const digits = /FILE_FORMAT\s*=\s*(\d):(\d)/i.exec(line);
  if (digits) s.digits = [Number(digits[1]), Number(digits[2])];
  // KiCad: "; FORMAT={3:3/ absolute / metric / suppress leading zeros}".
  const kicad = /FORMAT=\{(\d):(\d)\/.*suppress (leading|trailing)/.exec(line);
  if (kicad) {
    s.digits = [Number(kicad[1]), Number(kicad[2])];
    s.skip = kicad[3] === "leading" ? "leading" : "trailing";
  }
}

function readTool(number: number, rest: string, s: State, where: Where): void {
  const size = /C([\d.]+)/.exec(rest);
  if (size) {
    const diameter = Number(size[1]) * (s.unit ?? (Number(size[1]) < 0.3 ? 25.4 : 1));
    if (!(diameter > 0 && diameter < 100))
      throw dataError(
        "drill_tool",
        `tool ${number} has the diameter ${size[1]}`,
        "Its holes are left out.",
        where,
      );
    s.tools.set(number, diameter);
  }
  if (s.header) return;
  s.tool = number;
  s.down = false;
  if (number !== 0 && !s.tools.has(number))
    throw dataError(
      "drill_tool",
      `tool ${number} is used but has no diameter`,
      "Its holes are left out. Export the drill file with its tool list in the header.",
      where,
    );
}

const MOVE = /^(?:G0?([0123]))?((?:[XYIJA][+-]?[\d.]+)*)(?:G85((?:[XY][+-]?[\d.]+)+))?$/;

function readMove(
  line: string,
  s: State,
  where: Where,
  guess: DrillGuess | undefined,
  log: ProblemLog,
): void {
  const repeat = /^R(\d{1,5})((?:[XY][+-]?[\d.]+)+)/.exec(line);
  if (repeat) {
    const step = target(repeat[2], { ...s, absolute: false, at: [0, 0] }, where, guess);
    for (let i = 0; i < Number(repeat[1]); i++) {
      s.at = [s.at[0] + step[0], s.at[1] + step[1]];
      hole(s, s.at, undefined);
    }
    return;
  }
  const move = MOVE.exec(line.replace(/\s+/g, ""));
  if (!move || (move[1] === undefined && move[2] === "")) {
    log.add("warning", "drill_syntax", `cannot read "${line.slice(0, 40)}"; it is ignored`, HINT, where);
    return;
  }
  const from = s.at;
  const to = target(move[2], s, where, guess);
  s.at = to;
  if (move[3] !== undefined) {
    const end = target(move[3], s, where, guess);
    s.at = end;
    hole(s, to, end);
    return;
  }
  if (move[1] === "0") {
    s.routing = true;
    return;
  }
  if (move[1] === undefined && !s.routing) {
    hole(s, to, undefined);
    return;
  }
  if (!s.routing && move[1] !== undefined && move[2] === "") return;
  if (s.routing && s.down) {
    const arc =
      move[1] === "2" || move[1] === "3"
        ? routedArc(from, to, move[2], move[1] === "2", s, guess)
        : [from, to];
    for (let i = 1; i < arc.length; i++) hole(s, arc[i - 1], arc[i]);
  } else if (!s.routing) hole(s, to, undefined);
}

/** An arc cut by the router, given by its radius (A). */
function routedArc(
  from: Point,
  to: Point,
  text: string,
  clockwise: boolean,
  s: State,
  guess?: DrillGuess,
): Point[] {
  const written = /A([\d.]+)/.exec(text);
  const radius = written ? distanceOf(written[1], s, guess) : Number.NaN;
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const half = Math.hypot(dx, dy) / 2;
  if (!(radius >= half) || half === 0 || radius > FARTHEST) return [from, to];
  const bulge = (radius - Math.sqrt(radius * radius - half * half)) * (clockwise ? 1 : -1);
  const mid: Point = [
    from[0] + dx / 2 - (dy / (2 * half)) * bulge,
    from[1] + dy / 2 + (dx / (2 * half)) * bulge,
  ];
  return arcThrough(from, mid, to);
}

function hole(s: State, at: Point, to: Point | undefined): void {
  const diameter = s.tool === undefined ? undefined : s.tools.get(s.tool);
  if (diameter === undefined) return;
  const slot = to && (to[0] !== at[0] || to[1] !== at[1]);
  s.holes.push({ at, ...(slot ? { to } : {}), diameter });
  if (s.holes.length > MOST_HOLES)
    throw new ReflowError("stage", "drill_too_large", "the drill file has too many holes", HINT);
}

function target(text: string, s: State, where: Where, guess?: DrillGuess): Point {
  const point: [number, number] = [s.at[0], s.at[1]];
  for (const [, axis, digits] of text.matchAll(/([XY])([+-]?[\d.]+)/g)) {
    const value = distanceOf(digits, s, guess);
    if (!(Math.abs(value) <= FARTHEST))
      throw dataError(
        "coordinate_absurd",
        `the coordinate ${axis}${digits} is more than 2 m away or no number`,
        "The hole is left out. Check the unit and the format of the drill file.",
        where,
      );
    const i = axis === "X" ? 0 : 1;
    point[i] = s.absolute ? value : point[i] + value;
  }
  return point;
}

/** Millimetres of a number. Common defaults: 3.3 digits metric, 2.4 inch, leading zeros left out. */
function distanceOf(digits: string, s: State, guess?: DrillGuess): number {
  const unit = s.unit ?? guess?.unit ?? 25.4;
  const usual: readonly [number, number] = unit === 1 ? [3, 3] : [2, 4];
  const [integers, decimals] = s.digits ?? usual;
  const stated: NumberFormat | undefined =
    s.digits !== undefined || s.skip !== undefined
      ? { skip: s.skip ?? "leading", integers, decimals }
      : undefined;
  if (s.pointed && !stated) return Number(digits) * unit;
  if (!digits.includes(".") && (!stated || s.unit === undefined)) s.guessed = true;
  const format = stated ?? guess?.format ?? { skip: "leading", integers, decimals };
  return coordinate(digits, format) * unit;
}
