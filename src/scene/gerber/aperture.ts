import { dataError } from "../../kit/errors.js";
import type { Point, Polygon } from "../board/board.js";
import { circleRing, difference, moved, ovalRing, rectRing, rotation, solid } from "../planar/index.js";
import type { Aperture } from "./image.js";
import { type Macro, macroShape, regularRing } from "./macro.js";

const FARTHEST = 2000;
const ORIGIN: Point = [0, 0];

/** `%ADD10C,0.5X0.2*%` taken apart: number, template, parameters in the file's unit. */
export type ApertureText = Readonly<{ number: number; template: string; parameters: readonly number[] }>;

export function splitAperture(word: string): ApertureText | undefined {
  const found = /^ADD(\d{1,9})([^,]+)(?:,(.*))?$/.exec(word.replace(/\s+/g, ""));
  if (!found) return undefined;
  const parameters = (found[3] ?? "")
    .split(/[xX]/)
    .filter((p) => p !== "")
    .map(Number);
  return { number: Number(found[1]), template: found[2], parameters };
}

/** Builds an aperture; `unit` is millimetres per unit of the file. Throws `gerber_aperture` or `gerber_macro`. */
export function makeAperture(
  { number, template, parameters }: ApertureText,
  o: { unit: number; macros: ReadonlyMap<string, Macro>; file: string; line: number },
): Aperture {
  const fault = (what: string) =>
    dataError(
      "gerber_aperture",
      `aperture D${number}: ${what}`,
      "What it draws is left out. Export the Gerber files again.",
      { file: o.file, row: o.line },
    );
  if (parameters.some((p) => !Number.isFinite(p))) throw fault("a parameter is no number");
  const mm = parameters.map((p) => p * o.unit);
  const macro = o.macros.get(template);
  if (!macro && mm.slice(0, 2).some((p) => p < 0 || p > FARTHEST)) throw fault("absurd size");
  if (macro) return { shape: macroShape(macro, parameters, o.unit, o.file) };
  const [a = 0, b = 0] = mm;
  switch (template) {
    case "C":
      return mm.length > 1
        ? { shape: holed(a > 0 ? [solid(circleRing(ORIGIN, a / 2))] : [], mm.slice(1)) }
        : { shape: a > 0 ? [solid(circleRing(ORIGIN, a / 2))] : [], round: a };
    case "R":
      return { shape: holed(a > 0 && b > 0 ? [solid(rectRing(a, b))] : [], mm.slice(2)) };
    case "O":
      return { shape: holed(a > 0 && b > 0 ? [solid(ovalRing(a, b))] : [], mm.slice(2)) };
    case "P": {
      const ring = regularRing(ORIGIN, a / 2, parameters[1], o.file);
      return { shape: holed([moved(rotation(parameters[2] ?? 0), solid(ring))], mm.slice(3)) };
    }
    default:
      throw fault(`the template "${template.slice(0, 30)}" is not defined`);
  }
}

/** A round hole, or (in old files) a rectangular one. */
function holed(shape: Polygon[], [w = 0, h]: readonly number[]): Polygon[] {
  if (w <= 0) return shape;
  return difference(shape, [solid(h === undefined ? circleRing(ORIGIN, w / 2) : rectRing(w, h))]);
}
