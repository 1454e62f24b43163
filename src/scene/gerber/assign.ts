import type { Pad, Placement, Point } from "../board/board.js";
import { apply, rotation } from "../planar/index.js";
import type { Land } from "./lands.js";

/** Half the room that a component takes with its pins, in its own frame; undefined when its package is not known. */
export type Reach = (placement: Placement) => readonly [x: number, y: number] | undefined;

export type Assigned = Readonly<{
  placements: readonly Placement[];
  /** References without any land. */
  padless: readonly string[];
  /** Two-pin parts whose lands lie across the rotation that the file gives. */
  turned: readonly string[];
  /** Lands that no component took. */
  spare: number;
}>;

/** Lands up to this far (mm) from a part of unknown package may be its own. */
const FAR = 6;
const SLACK = 0.3;
/** Parts whose two pins lie along X at 0° by IPC-7351. */
const LYING = /^(R|C|L|D|F|FB|LED)\d/i;

/**
 * Gives each land of the top side to a component: by name where the files name pins, else to the one whose package
 * reaches it with the most room to spare; what is left goes to the nearest part whose package is not known.
 */
export function assignLands(
  placements: readonly Placement[],
  lands: readonly Land[],
  reach: Reach,
): Assigned {
  const owner = new Map<Land, number>();
  const byRef = new Map(placements.map((p, i) => [p.ref, i]));
  const top = placements.map((p, i) => ({ p, i })).filter(({ p }) => p.side === "top" && p.family !== "none");
  const reaches = new Map(top.map(({ p, i }) => [i, reach(p)]));
  const namedParts = new Set<number>();
  for (const land of lands) {
    const i = land.component === undefined ? undefined : byRef.get(land.component);
    if (i === undefined) continue;
    owner.set(land, i);
    namedParts.add(i);
  }
  for (const land of lands) {
    if (land.component !== undefined) continue;
    let best: number | undefined;
    let closest = 1;
    for (const { p, i } of top) {
      const half = reaches.get(i);
      if (!half || namedParts.has(i)) continue;
      const [x, y] = own(p, land.at);
      const d = Math.max(Math.abs(x) / (half[0] + SLACK), Math.abs(y) / (half[1] + SLACK));
      if (d <= closest) [best, closest] = [i, d];
    }
    if (best !== undefined) owner.set(land, best);
  }
  const unknown = top.filter(({ i }) => !reaches.get(i) && !namedParts.has(i));
  for (const land of lands) {
    if (owner.has(land) || land.component !== undefined) continue;
    let best: number | undefined;
    let closest = FAR;
    for (const { p, i } of unknown) {
      const d = Math.hypot(land.at[0] - p.at[0], land.at[1] - p.at[1]);
      if (d <= closest) [best, closest] = [i, d];
    }
    if (best !== undefined) owner.set(land, best);
  }
  return collected(
    placements,
    owner,
    lands.length,
    top.map(({ i }) => i),
  );
}

function collected(
  placements: readonly Placement[],
  owner: ReadonlyMap<Land, number>,
  lands: number,
  top: readonly number[],
): Assigned {
  const lists = new Map<number, Land[]>();
  for (const [land, i] of owner) lists.set(i, [...(lists.get(i) ?? []), land]);
  const padless: string[] = [];
  const turned: string[] = [];
  const done = placements.map((p, i): Placement => {
    const mine = lists.get(i);
    if (!mine) {
      if (top.includes(i)) padless.push(p.ref);
      return p;
    }
    const rotated = mine.length === 2 && LYING.test(p.ref) ? alongPins(p, mine) : p.rotation;
    if (rotated !== p.rotation) turned.push(p.ref);
    const placed = { ...p, rotation: rotated };
    return { ...placed, pads: padsOf(placed, mine) };
  });
  return { placements: done, padless, turned, spare: lands - owner.size };
}

/** The point in the component's own frame. */
function own(p: Placement, at: Point): Point {
  return apply(rotation(-p.rotation), [at[0] - p.at[0], at[1] - p.at[1]]);
}

/**
 * Libraries disagree on whether a two-pin part lies or stands at 0°: where its lands lie across the stated rotation,
 * a quarter turn is added.
 */
function alongPins(p: Placement, [a, b]: readonly Land[]): number {
  const [x, y] = own(p, [p.at[0] + b.at[0] - a.at[0], p.at[1] + b.at[1] - a.at[1]]);
  return Math.abs(y) > 2 * Math.abs(x) ? p.rotation + 90 : p.rotation;
}

/** Pads with the names that the files give, else numbered: left to right for two, else round from the top left. */
function padsOf(p: Placement, lands: readonly Land[]): Pad[] {
  const local = lands.map((land) => ({ land, at: own(p, land.at) }));
  const half = (k: 0 | 1) => Math.max(1e-6, ...local.map(({ at }) => Math.abs(at[k])));
  const [width, height] = [half(0), half(1)];
  const round = ([x, y]: Point) => {
    // Counter-clockwise from the top left corner of the square that the pads are stretched to: 0 … 2π.
    const angle = Math.atan2(y / height, x / width) - 0.75 * Math.PI + 0.01;
    return ((angle % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI);
  };
  const order = (a: { at: Point }, b: { at: Point }) =>
    lands.length === 2 ? a.at[0] - b.at[0] : round(a.at) - round(b.at);
  return local.sort(order).map(({ land }, i) => ({
    pin: land.pin ?? String(i + 1),
    shape: land.shape,
    side: land.drill ? "both" : "top",
    ...(land.drill ? { drill: land.drill } : {}),
  }));
}
