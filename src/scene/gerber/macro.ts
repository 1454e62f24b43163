import { dataError } from "../../kit/errors.js";
import type { Point, Polygon } from "../board/board.js";
import {
  applyAll,
  circleRing,
  difference,
  evenOdd,
  moved,
  nonZero,
  rectRing,
  rotation,
  solid,
  translation,
  union,
} from "../planar/index.js";
import { evaluate, type Variables } from "./expression.js";

const MOST_VERTICES = 20_000;
const MOST_RINGS = 100;

/** The body of `%AM…%`: its words after the name. */
export type Macro = readonly string[];

/**
 * The shape of a macro with its parameters, scaled to millimetres by `unit`. Throws `gerber_macro` for what cannot be
 * evaluated.
 */
export function macroShape(
  macro: Macro,
  parameters: readonly number[],
  unit: number,
  file: string,
): Polygon[] {
  const variables: Variables = [0, ...parameters];
  let shape: Polygon[] = [];
  for (const written of macro) {
    const word = written.trim();
    if (word.startsWith("0")) continue;
    const assignment = /^\$(\d{1,4})\s*=(.*)$/.exec(word);
    if (assignment) {
      variables[Number(assignment[1])] = value(assignment[2], variables, file);
      continue;
    }
    const fields = word.split(",").map((f) => value(f, variables, file));
    const part = primitive(fields, unit, file);
    shape = part.dark ? union([...shape, ...part.shape]) : difference(shape, part.shape);
  }
  return shape;
}

function value(text: string, variables: Variables, file: string): number {
  const found = evaluate(text, variables);
  if (found === undefined) throw fault(`cannot evaluate "${text.slice(0, 30)}"`, file);
  return found;
}

function fault(message: string, file: string): Error {
  return dataError(
    "gerber_macro",
    `aperture macro: ${message}`,
    "The aperture is left out. Export the Gerber files again.",
    { file },
  );
}

type Part = { dark: boolean; shape: Polygon[] };

function primitive([code, ...f]: readonly number[], unit: number, file: string): Part {
  const mm = (i: number) => (f[i] ?? 0) * unit;
  const at = (i: number): Point => [mm(i), mm(i + 1)];
  /** Primitives turn about the origin of the macro. */
  const turned = (shape: Polygon[], degrees = 0) =>
    degrees === 0 ? shape : shape.map((p) => moved(rotation(degrees), p));
  const shown = (shape: Polygon[], degrees?: number): Part => ({
    dark: f[0] !== 0,
    shape: turned(shape, degrees),
  });
  switch (code) {
    case 1:
      return shown(mm(1) > 0 ? [solid(circleRing(at(2), mm(1) / 2))] : [], f[4]);
    case 2:
    case 20:
      return shown(bar(at(2), at(4), mm(1)), f[6]);
    case 21:
      return shown(box(at(3), mm(1), mm(2)), f[5]);
    case 22:
      return shown(box([mm(3) + mm(1) / 2, mm(4) + mm(2) / 2], mm(1), mm(2)), f[5]);
    case 4: {
      const n = f[1];
      if (!Number.isInteger(n) || n < 1 || n > MOST_VERTICES || f.length < 2 + 2 * (n + 1))
        throw fault(`an outline of ${n} points lists ${Math.max(0, f.length - 2)} coordinates`, file);
      const ring = Array.from({ length: n }, (_, i) => at(2 + 2 * i));
      return shown(ring.length >= 3 ? nonZero([ring]) : [], f[2 + 2 * (n + 1)]);
    }
    case 5:
      return shown([solid(regularRing(at(2), mm(4) / 2, f[1], file))], f[5]);
    case 6:
      return { dark: true, shape: turned(moire(at(0), f, unit), f[8]) };
    case 7:
      return { dark: true, shape: turned(thermal(at(0), mm(2), mm(3), mm(4)), f[5]) };
    default:
      throw fault(`unknown primitive ${code}`, file);
  }
}

/** Corners of a regular polygon, the first on +X. Throws `gerber_macro` for absurd numbers of corners. */
export function regularRing(center: Point, radius: number, corners: number, file: string): Point[] {
  if (!Number.isInteger(corners) || corners < 3 || corners > 100)
    throw fault(`a polygon of ${corners} corners`, file);
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners;
    return [center[0] + radius * Math.cos(angle), center[1] + radius * Math.sin(angle)];
  });
}

/** A line with square ends that do not reach beyond its points. */
function bar(a: Point, b: Point, width: number): Polygon[] {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  if (length === 0 || width === 0) return [];
  const nx = (-(b[1] - a[1]) / length) * (width / 2);
  const ny = ((b[0] - a[0]) / length) * (width / 2);
  const corners: Point[] = [
    [a[0] - nx, a[1] - ny],
    [b[0] - nx, b[1] - ny],
    [b[0] + nx, b[1] + ny],
    [a[0] + nx, a[1] + ny],
  ];
  return [solid(corners)];
}

function box(center: Point, width: number, height: number): Polygon[] {
  if (width <= 0 || height <= 0) return [];
  return [solid(applyAll(translation(...center), rectRing(width, height)))];
}

function moire(center: Point, f: readonly number[], unit: number): Polygon[] {
  const [thick, gap] = [f[3] * unit, f[4] * unit];
  const rings: Polygon[] = [];
  let radius = (f[2] * unit) / 2;
  for (let i = 0; i < Math.min(f[5] ?? 0, MOST_RINGS) && radius > 0; i++) {
    const inner = radius - thick;
    const holes = inner > 0 ? [circleRing(center, inner).reverse()] : [];
    rings.push({ outline: circleRing(center, radius), holes });
    radius = inner - gap;
  }
  const [width, length] = [f[6] * unit, f[7] * unit];
  return union([...rings, ...box(center, length, width), ...box(center, width, length)]);
}

function thermal(center: Point, outer: number, inner: number, gap: number): Polygon[] {
  const ring = evenOdd([
    circleRing(center, outer / 2),
    ...(inner > 0 ? [circleRing(center, inner / 2)] : []),
  ]);
  return difference(ring, [...box(center, outer + gap, gap), ...box(center, gap, outer + gap)]);
}
