import { dataError, type Place, ReflowError } from "../../kit/errors.js";
import type { Point } from "../board/board.js";
import type { ProblemLog } from "../board/problem-log.js";
import { compose, translation } from "../planar/index.js";
import type { GerberObject } from "./image.js";
import type { State } from "./state.js";

/** Objects of one file, those of blocks counted as often as they are flashed. */
export const MOST_OBJECTS = 5_000_000;

/** Ends the line being drawn and files it as one object. */
export function endLine(state: State): void {
  const points = state.line;
  if (points.length === 0) return;
  state.line = [];
  if (!state.aperture) return;
  const map = compose(state.mirror, state.turn, state.scale);
  add(state, { kind: "stroke", aperture: state.aperture, map, points, ...marks(state) });
}

export function endRing(state: State): void {
  if (!state.region) return;
  if (state.region.ring.length >= 3) state.region.rings.push(state.region.ring);
  state.region.ring = [];
}

export function endRegion(state: State): void {
  endRing(state);
  const rings = state.region?.rings ?? [];
  state.region = undefined;
  const { dark, component, pin } = marks(state);
  const fill = state.apertureMarks.get("AperFunction");
  if (rings.length > 0)
    add(state, { kind: "region", rings, dark, component, pin, ...(fill ? { function: fill } : {}) });
}

export function add(state: State, object: GerberObject, where?: Place): void {
  const target = state.targets[state.targets.length - 1];
  target.objects.push(object);
  target.weight += weight(object);
  if (target.weight > MOST_OBJECTS) throw tooLarge(where);
}

export function tooLarge(where?: Place): Error {
  return dataError(
    "gerber_too_large",
    `the file draws more than ${MOST_OBJECTS} objects`,
    "Export the layer without panelising it.",
    where,
  );
}

/** `%TF.FileFunction,Copper,L1,Top*%` and its like. */
export function attribute(word: string, state: State): void {
  const found = /^T([FAOD])\.?([^,]*)(?:,([\s\S]*))?$/.exec(word);
  if (!found) return;
  const [, kind, name, value = ""] = found;
  endLine(state);
  if (kind === "D") {
    for (const list of [state.objectMarks, state.apertureMarks])
      if (name === "") list.clear();
      else list.delete(name);
  } else if (kind === "F") state.fileMarks.set(name, value);
  else if (kind === "A") state.apertureMarks.set(name, value);
  else state.objectMarks.set(name, value);
}

export function marks(state: State): { dark: boolean; component?: string; pin?: string; function?: string } {
  const component = state.objectMarks.get("C");
  const pin = state.objectMarks.get("P")?.split(",");
  const use = state.aperture?.function;
  return {
    dark: state.dark,
    ...(pin ? { component: pin[0], pin: pin[1] ?? "" } : component ? { component } : {}),
    ...(use ? { function: use } : {}),
  };
}

/** Ends the innermost block or step-and-repeat. */
export function closeTarget(state: State): void {
  const target = state.targets.pop();
  if (!target || state.targets.length === 0) return;
  if (target.block !== undefined) {
    state.apertures.set(target.block, { shape: [], block: target.objects, weight: target.weight });
    return;
  }
  const { x, y, dx, dy } = target.repeat ?? { x: 1, y: 1, dx: 0, dy: 0 };
  for (let row = 0; row < y; row++)
    for (let column = 0; column < x; column++)
      for (const o of target.objects) add(state, shiftedObject(o, column * dx, row * dy));
}

function weight(object: GerberObject): number {
  return object.kind === "flash" ? (object.aperture.weight ?? 1) : 1;
}

/** Files a fault of one command as a warning; one that concerns the whole file is thrown on. */
export function caught(error: unknown, log: ProblemLog): void {
  if (error instanceof ReflowError && error.code === "gerber_too_large") throw error;
  log.caught(error);
}

function shiftedObject(o: GerberObject, dx: number, dy: number): GerberObject {
  const move = ([px, py]: Point): Point => [px + dx, py + dy];
  if (o.kind === "flash") return { ...o, map: compose(translation(dx, dy), o.map) };
  if (o.kind === "stroke") return { ...o, points: o.points.map(move) };
  return { ...o, rings: o.rings.map((r) => r.map(move)) };
}
