import type { Point } from "../board/board.js";
import { regionFilm } from "../shape/film.js";
import { textStrokes, textWidth } from "../shape/font.js";
import { circle, polygon } from "../shape/outlines.js";
import { type Region, regionOf, stroke, union } from "../shape/region.js";
import { finish } from "../shape/surface.js";
import type { MaterialName } from "./materials.js";
import type { ModelPart } from "./model.js";

/** How far printing and laser marks stand off the body: thin enough not to be seen, thick enough to be hit. */
const LIFT = 0.004;

export type MarkLine = Readonly<{
  text: string;
  height: number;
  at: Point;
  rotation?: number;
  weight?: number;
}>;

/** Text lines and further figures as one thin printed film at height z. */
export function mark(
  lines: readonly MarkLine[],
  figures: readonly Region[],
  z: number,
  material: MaterialName,
): ModelPart[] {
  const regions = [...figures];
  for (const l of lines) {
    const strokes = textStrokes(l.text, { height: l.height, at: l.at, rotation: l.rotation });
    const width = l.height * (l.weight ?? 0.13);
    if (strokes.length > 0) regions.push(stroke(strokes, width, { tolerance: width * 0.12 }));
  }
  if (regions.length === 0) return [];
  return [{ mesh: finish(regionFilm(union(...regions), z + LIFT), 0), material, role: "mark" }];
}

export function dot(at: Point, radius: number): Region {
  return regionOf([polygon(circle(at, radius, 20))]);
}

/** Largest cap height at which every line fits the width and all lines fit the height. */
export function fitText(lines: readonly string[], width: number, height: number): number {
  const widest = Math.max(...lines.map((l) => textWidth(l, 1)), 1e-6);
  return Math.min(width / widest, height / (lines.length * 1.55));
}

/** Lines under one another, centred on `at`. */
export function textBlock(
  lines: readonly string[],
  at: Point,
  width: number,
  height: number,
  largest = Infinity,
): MarkLine[] {
  const h = Math.min(fitText(lines, width, height), largest);
  return lines.map((text, i) => ({
    text,
    height: h,
    at: [at[0], at[1] + ((lines.length - 1) / 2 - i) * h * 1.55] as const,
  }));
}

/** The three-sign code printed on a chip: "103", "4R7", "R10"; "" when the value says nothing. */
export function valueCode(value: string): string {
  const found = /^\s*([0-9]*)(?:[.,]?)([0-9]*)\s*(?:(m|µ|u|n|p|k|K|M|R|r|Ω|ohm)?)([0-9]*)/.exec(value);
  if (!found || (found[1] === "" && found[2] === "" && found[4] === "")) return "";
  const unit = found[3] ?? "";
  const fraction = found[2] !== "" ? found[2] : found[4];
  const number = Number(`${found[1] || "0"}.${fraction || "0"}`);
  if (!Number.isFinite(number)) return "";
  if (number === 0) return "000";
  const scale: Record<string, number> = { k: 1e3, K: 1e3, M: 1e6, m: 1e-3, u: 1, µ: 1, n: 1e-3, p: 1e-6 };
  const x = number * (scale[unit] ?? 1);
  if (x < 1) return `R${String(Math.round(x * 100)).padStart(2, "0")}`.slice(0, 4);
  if (x < 10) {
    const [a, b] = x.toFixed(1).split(".");
    return `${a}R${b}`;
  }
  let exponent = Math.floor(Math.log10(x)) - 1;
  let digits = Math.round(x / 10 ** exponent);
  if (digits === 100) {
    digits = 10;
    exponent += 1;
  }
  return exponent > 9 ? "" : `${digits}${exponent}`;
}

/** A date code as factories print it, different for each variant. */
export function dateCode(variant: number): string {
  return `${24 + (variant % 2)}${String(11 + ((variant * 17) % 41)).padStart(2, "0")}`;
}
