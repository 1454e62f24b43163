import { dataError, type Place } from "../../kit/errors.js";
import type { ProblemLog } from "../board/problem-log.js";
import { IDENTITY, rotation, scaling } from "../planar/index.js";
import { makeAperture, splitAperture } from "./aperture.js";
import { attribute, caught, closeTarget, endLine } from "./drawing.js";
import type { State } from "./state.js";
import type { Statement } from "./words.js";

const MOST_REPEATS = 1000;
const DEEPEST = 8;

/** Carries out the words of a `%…%` block. */
export function readExtended(s: Statement, state: State, file: string, log: ProblemLog): void {
  const where: Place = { file, row: s.line, column: s.column };
  const [first = "", ...rest] = s.words;
  if (first.trim().startsWith("AM")) {
    endLine(state);
    state.macros.set(first.trim().slice(2), rest);
    return;
  }
  for (const word of s.words) {
    try {
      parameter(word.trim(), state, where, log);
    } catch (error) {
      caught(error, log);
    }
  }
}

function parameter(word: string, state: State, where: Place, log: ProblemLog): void {
  if (/^T[FAOD]/.test(word)) {
    attribute(word, state);
    return;
  }
  const code = word.slice(0, 2);
  const value = word.slice(2).replace(/\s+/g, "");
  endLine(state);
  switch (code) {
    case "FS":
      format(value, state, where);
      return;
    case "MO":
      if (value !== "MM" && value !== "IN") throw unreadable(word, where);
      state.unit = value === "MM" ? 1 : 25.4;
      return;
    case "AD":
      aperture(word, state, where);
      return;
    case "LP":
      if (value !== "D" && value !== "C") throw unreadable(word, where);
      state.dark = value === "D";
      return;
    case "LM":
      state.mirror = scaling(value.includes("X") ? -1 : 1, value.includes("Y") ? -1 : 1);
      return;
    case "LR":
      state.turn = rotation(finite(value, word, where));
      return;
    case "LS": {
      const scale = finite(value, word, where);
      if (scale <= 0 || scale > 100) throw unreadable(word, where);
      state.scale = scale === 1 ? IDENTITY : scaling(scale);
      return;
    }
    case "SR":
      stepRepeat(value, word, state, where);
      return;
    case "AB":
      apertureBlock(value, word, state, where);
      return;
    case "IN":
    case "LN":
      state.name ||= word.slice(2);
      return;
    case "IP":
      if (value !== "POS") unsupported("a negative image (IPNEG)", where, log);
      return;
    case "OF":
    case "SF":
    case "MI":
    case "IR":
    case "AS":
      if (!HARMLESS.test(word)) unsupported(`the transformation ${word.slice(0, 20)}`, where, log);
      return;
    default:
      if (word !== "")
        log.add(
          "warning",
          "gerber_unknown_code",
          `the parameter %${word.slice(0, 20)}% is unknown and ignored`,
          "Export as RS-274X or X2.",
          where,
        );
  }
}

/** Old transformations that change nothing. */
const HARMLESS = /^(OF(A[+-]?0*\.?0*)?(B[+-]?0*\.?0*)?|SF(A1\.?0*)?(B1\.?0*)?|MI(A0)?(B0)?|IR0*|ASAXBY)$/;

function unsupported(what: string, where: Place, log: ProblemLog): void {
  log.add(
    "warning",
    "gerber_unsupported",
    `${what} is not supported and ignored`,
    "Export as RS-274X or X2.",
    where,
  );
}

function unreadable(word: string, where: Place): Error {
  return dataError(
    "gerber_syntax",
    `cannot read "%${word.slice(0, 40)}%"`,
    "The parameter is left out. Export the Gerber files again.",
    where,
  );
}

function finite(text: string, word: string, where: Place): number {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) throw unreadable(word, where);
  return value;
}

function format(value: string, state: State, where: Place): void {
  const found = /^([LTD]?)([AI]?)(?:[NG]\d+)*X(\d)(\d)Y(\d)(\d)/.exec(value);
  if (!found) throw unreadable(`FS${value}`, where);
  state.format = {
    skip: found[1] === "T" ? "trailing" : "leading",
    integers: Number(found[3]),
    decimals: Number(found[4]),
  };
  state.absolute = found[2] !== "I";
}

function aperture(word: string, state: State, where: Place): void {
  const split = splitAperture(word);
  if (!split) throw unreadable(word, where);
  const { file = "", row = 0 } = where;
  const made = makeAperture(split, { unit: state.unit ?? 25.4, macros: state.macros, file, line: row });
  const use = state.apertureMarks.get("AperFunction");
  state.apertures.set(split.number, use ? { ...made, function: use } : made);
}

function stepRepeat(value: string, word: string, state: State, where: Place): void {
  if (state.targets[state.targets.length - 1].repeat) closeTarget(state);
  if (value === "") return;
  const found = /^X(\d+)Y(\d+)I([\d.+-]+)J([\d.+-]+)$/.exec(value);
  if (!found) throw unreadable(word, where);
  const [x, y] = [Number(found[1]), Number(found[2])];
  const unit = state.unit ?? 25.4;
  const [dx, dy] = [finite(found[3], word, where) * unit, finite(found[4], word, where) * unit];
  if (x < 1 || y < 1 || x * y > MOST_REPEATS) throw unreadable(word, where);
  if (x * y > 1) state.targets.push({ objects: [], weight: 0, repeat: { x, y, dx, dy } });
}

function apertureBlock(value: string, word: string, state: State, where: Place): void {
  if (value === "") {
    if (state.targets[state.targets.length - 1].block !== undefined) closeTarget(state);
    return;
  }
  const found = /^D(\d{1,9})$/.exec(value);
  if (!found || state.targets.length > DEEPEST) throw unreadable(word, where);
  state.targets.push({ objects: [], weight: 0, block: Number(found[1]) });
}
