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

/** Lands up to this far (mm) from the middle of a part of unknown package may be its own; without twins up to that far. */
const FAR = 20;
const CLOSE = 2.5;
const GAP = 1.5;
/** How well a twin has to lie, millimetres. */
const TWIN = 0.15;
const SLACK = 0.3;
const PLUGS = /^(J|P|CN|CON|X|USB|US)\d/i;
/** Parts whose two pins lie along X at 0° by IPC-7351. */
const LYING = /^(R|C|L|D|F|FB|LED)\d/i;

/**
 * Gives each land of the top side to a component: by name where the files name pins, else to the one whose package
 * reaches it with the most room to spare; what is left goes to parts whose package is not known, if it lies as their
 * pins would.
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
  const spare = lands.filter((land) => !owner.has(land) && land.component === undefined);
  const claims = top
    .filter(({ i }) => !reaches.get(i) && !namedParts.has(i))
    .flatMap(({ p, i }) => claimed(p, spare).map((c) => ({ ...c, i })));
  for (const { land, i } of claims.sort((a, b) => a.far - b.far)) if (!owner.has(land)) owner.set(land, i);
  return collected(
    placements,
    owner,
    lands.length,
    top.map(({ i }) => i),
  );
}

/**
 * Lands that a part of unknown package may call its own: those that have a twin of the same size mirrored through the
 * part's middle or one of its axes, as many as its name has pins. Stray lands nearby have no twin there.
 */
function claimed(p: Placement, spare: readonly Land[]): { land: Land; far: number }[] {
  const near = spare
    .map((land) => ({
      land,
      far: Math.hypot(land.at[0] - p.at[0], land.at[1] - p.at[1]),
      at: own(p, land.at),
    }))
    .filter(({ far }) => far <= FAR)
    .sort((a, b) => a.far - b.far);
  const has = (x: number, y: number, of: Land) =>
    near.some((n) => Math.hypot(n.at[0] - x, n.at[1] - y) <= TWIN && alike(n.land, of));
  // Wired lands beside a surface-mounted part are a neighbour's, unless it is a connector with pegs.
  const wired = near[0]?.land.drill !== undefined || PLUGS.test(p.ref);
  const twins = near.filter(
    ({ land, at: [x, y] }) =>
      (wired || !land.drill) && (has(-x, y, land) || has(x, -y, land) || has(-x, -y, land)),
  );
  const pins = hasTwoPins(p) ? 2 : pinCount(p.footprint);
  const most = pins === undefined ? twins.length : pins <= 2 ? pins : Math.ceil(pins * 1.05) + 1;
  if (twins.length === 0) return near.filter(({ far }) => far <= CLOSE);
  // Beyond a wide gap other parts begin.
  const end = twins.findIndex(
    ({ far }, k) => k > 0 && far - twins[k - 1].far > Math.max(GAP, 0.45 * twins[k - 1].far),
  );
  return twins.slice(0, Math.min(most, end < 0 ? most : end));
}

function alike(a: Land, b: Land): boolean {
  const size = ({ box }: Land) => [box.maxX - box.minX, box.maxY - box.minY];
  const [aw, ah] = size(a);
  const [bw, bh] = size(b);
  return Math.abs(aw - bw) < 0.1 && Math.abs(ah - bh) < 0.1;
}

/** "TSOP54", "BGA-381", "2x20": the pins that a name counts. */
function pinCount(footprint: string): number | undefined {
  const rows = /(?:^|[_-])([1-4])x(\d{1,3})(?:[_-]|$)/i.exec(footprint);
  if (rows) return Number(rows[1]) * Number(rows[2]);
  const found =
    /(?:SOP|SOIC|SO|QFP|QFN|DFN|SON|BGA|LGA|CSP|DIP|PLCC|SOT-\d+)[-_]?(\d{1,4})(?!\d|[x.]\d)/i.exec(
      footprint,
    );
  return found ? Number(found[1]) : undefined;
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
    const all = lists.get(i);
    const mine =
      all && all.length > 2 && hasTwoPins(p) && all.every((l) => l.component === undefined)
        ? bestPair(p, all)
        : all;
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

/** Chips, and diodes in two-pin packages. */
function hasTwoPins(p: Placement): boolean {
  return LYING.test(p.ref) && !/SOT|SC-?70|TO-?\d|Array|_x\d|Duo|Dual|RGB/i.test(p.footprint);
}

/** The two lands of one size whose middle is nearest to that of the part: a third one is a test point or a neighbour's. */
function bestPair(p: Placement, lands: readonly Land[]): Land[] {
  let best: Land[] = [];
  let least = Number.POSITIVE_INFINITY;
  lands.forEach((a, i) => {
    for (const b of lands.slice(i + 1)) {
      const off = Math.hypot((a.at[0] + b.at[0]) / 2 - p.at[0], (a.at[1] + b.at[1]) / 2 - p.at[1]);
      const cost = off + (alike(a, b) ? 0 : 1);
      if (cost < least) [best, least] = [[a, b], cost];
    }
  });
  return best;
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
