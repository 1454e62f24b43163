import { dataError } from "../../kit/errors.js";
import type { Point } from "../board/board.js";
import type { Sexpr } from "./sexpr.js";

/** Coordinates beyond this many millimetres are no board. */
export const FARTHEST = 2000;

export function isList(item: Sexpr | string): item is Sexpr {
  return typeof item !== "string";
}

export function child(node: Sexpr, name: string): Sexpr | undefined {
  for (const item of node.items) if (typeof item !== "string" && item.name === name) return item;
  return undefined;
}

export function children(node: Sexpr, ...names: readonly string[]): Sexpr[] {
  return node.items.filter((item): item is Sexpr => isList(item) && names.includes(item.name));
}

/** The words of a list, without the nested lists. */
export function words(node: Sexpr | undefined): string[] {
  return node ? node.items.filter((item): item is string => typeof item === "string") : [];
}

/** The word at `index`, or "". */
export function word(node: Sexpr | undefined, index = 0): string {
  const item = node?.items[index];
  return typeof item === "string" ? item : "";
}

/** `(name value)` inside `node` as text. */
export function text(node: Sexpr, name: string): string | undefined {
  const found = child(node, name);
  return found && word(found);
}

/** A flag in any of its spellings: the bare word, `(name)`, `(name yes)`. */
export function flag(node: Sexpr, name: string): boolean {
  const found = child(node, name);
  if (found) return found.items.length === 0 || ["yes", "true"].includes(word(found));
  return words(node).includes(name);
}

/** The number at `index`. Throws `kicad_number` naming the place. */
export function number(node: Sexpr, index: number, file: string): number {
  const written = word(node, index);
  const value = Number(written);
  if (written === "" || !Number.isFinite(value))
    throw dataError(
      "kicad_number",
      `(${node.name} …): expected a number in place ${index + 1}, found "${written.slice(0, 20)}"`,
      "The item is left out. Save the board again from KiCad.",
      { file, row: node.line, column: node.column },
    );
  return value;
}

/** `(name number)` inside `node`, or undefined when it is not there. */
export function numberOf(node: Sexpr, name: string, file: string): number | undefined {
  const found = child(node, name);
  return found && number(found, 0, file);
}

/** The point in places 1 and 2, KiCad's own axes (+Y down). Throws `coordinate_absurd`. */
export function point(node: Sexpr, file: string): Point {
  const x = number(node, 0, file);
  const y = number(node, 1, file);
  if (Math.abs(x) > FARTHEST || Math.abs(y) > FARTHEST)
    throw dataError(
      "coordinate_absurd",
      `(${node.name} ${x} ${y}) lies more than ${FARTHEST / 1000} m from the origin`,
      "The item is left out. Move it back onto the board in KiCad.",
      { file, row: node.line, column: node.column },
    );
  return [x, y];
}

/** The point of `(name x y)` inside `node`. Throws `kicad_incomplete` when it is not there. */
export function pointOf(node: Sexpr, name: string, file: string): Point {
  return point(required(node, name, file), file);
}

export function required(node: Sexpr, name: string, file: string): Sexpr {
  const found = child(node, name);
  if (found) return found;
  throw dataError(
    "kicad_incomplete",
    `(${node.name} …) has no (${name} …)`,
    "The item is left out. Save the board again from KiCad.",
    { file, row: node.line, column: node.column },
  );
}
