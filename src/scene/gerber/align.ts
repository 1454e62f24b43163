import type { Point } from "../board/board.js";
import type { Bounds } from "../planar/index.js";
import type { CentroidRow } from "./centroid.js";
import type { Land } from "./lands.js";

/** How the axes of a placement file lie on those of the Gerber files: add `by` to its coordinates. */
export type Alignment = Readonly<{
  by: Point;
  /** How it was found; `none` needs no shift, `unknown` found nothing to go by. */
  from: "none" | "names" | "pads" | "outline" | "unknown";
  /** Placements that agree with it, of those looked at. */
  agree: number;
  of: number;
}>;

const BIN = 0.1;
/** Lands of one two-pin part are this far apart at most. */
const LONGEST_PAIR = 6;
const MOST_MIDDLES = 40_000;

/**
 * Finds the shift between a placement file and the Gerber files. Named pins (X2) tell it directly. Otherwise the middles
 * of land pairs of one size are compared with all placements: the true shift is the one that most of them vote for.
 * Failing that the placements' box is laid into the outline.
 */
export function alignPlacements(
  rows: readonly CentroidRow[],
  lands: readonly Land[],
  outline: Bounds | undefined,
): Alignment {
  const top = rows.filter((r) => r.side === "top");
  const byName = namedShift(top, lands);
  if (byName) return byName;
  const voted = votedShift(top, lands);
  if (voted) return voted;
  return boxShift(rows, outline);
}

function namedShift(rows: readonly CentroidRow[], lands: readonly Land[]): Alignment | undefined {
  const middles = new Map<string, { box: Bounds }>();
  for (const { component, box } of lands) {
    if (component === undefined) continue;
    const known = middles.get(component)?.box;
    middles.set(component, {
      box: known
        ? {
            minX: Math.min(known.minX, box.minX),
            minY: Math.min(known.minY, box.minY),
            maxX: Math.max(known.maxX, box.maxX),
            maxY: Math.max(known.maxY, box.maxY),
          }
        : box,
    });
  }
  const shifts = rows.flatMap((r): Point[] => {
    const box = middles.get(r.ref)?.box;
    return box ? [[(box.minX + box.maxX) / 2 - r.x, (box.minY + box.maxY) / 2 - r.y]] : [];
  });
  if (shifts.length < 3) return undefined;
  const middle = (k: 0 | 1) => shifts.map((s) => s[k]).sort((a, b) => a - b)[shifts.length >> 1];
  const by: Point = [middle(0), middle(1)];
  const agree = shifts.filter((s) => near(s, by, 0.3)).length;
  if (agree < 0.4 * shifts.length) return undefined;
  return settled(by, "names", agree, shifts.length);
}

function votedShift(rows: readonly CentroidRow[], lands: readonly Land[]): Alignment | undefined {
  const middles = pairMiddles(lands);
  if (rows.length < 2 || middles.length < 2) return undefined;
  const votes = new Map<string, number>();
  let best = "";
  let most = 0;
  // Each placement has one vote per shift, so that a field of equal parts cannot outvote the board.
  const step = Math.max(1, Math.ceil(rows.length / 400));
  let voters = 0;
  for (let i = 0; i < rows.length; i += step) {
    voters++;
    const own = new Set<string>();
    for (const [x, y] of middles)
      own.add(`${Math.round((x - rows[i].x) / BIN)},${Math.round((y - rows[i].y) / BIN)}`);
    for (const key of own) {
      const n = (votes.get(key) ?? 0) + 1;
      votes.set(key, n);
      if (n > most) [best, most] = [key, n];
    }
    if (votes.size > 4_000_000) return undefined;
  }
  // Neighbouring cells share the votes of a shift that lies on their border.
  const around = ([x, y]: Point) => {
    let sum = 0;
    for (let dx = -1; dx <= 1; dx++)
      for (let dy = -1; dy <= 1; dy++) sum += votes.get(`${x + dx},${y + dy}`) ?? 0;
    return sum;
  };
  const bestCell = best.split(",").map(Number) as unknown as Point;
  const zero = around([0, 0]);
  const found = around(bestCell);
  if (zero >= 0.6 * found && zero >= 2)
    return { by: [0, 0], from: "none", agree: Math.min(zero, voters), of: voters };
  if (found < Math.max(3, 0.2 * voters)) return undefined;
  const coarse: Point = [bestCell[0] * BIN, bestCell[1] * BIN];
  return settled(refined(rows, middles, coarse), "pads", Math.min(found, voters), voters);
}

/** Middles of pairs of lands that could be one two-pin part. */
function pairMiddles(lands: readonly Land[]): Point[] {
  const sorted = [...lands].sort((a, b) => a.at[0] - b.at[0]);
  const middles: Point[] = [];
  for (let i = 0; i < sorted.length; i++)
    for (let j = i + 1; j < sorted.length && sorted[j].at[0] - sorted[i].at[0] <= LONGEST_PAIR; j++) {
      const [a, b] = [sorted[i], sorted[j]];
      if (Math.hypot(b.at[0] - a.at[0], b.at[1] - a.at[1]) > LONGEST_PAIR || !alike(a.box, b.box)) continue;
      middles.push([(a.at[0] + b.at[0]) / 2, (a.at[1] + b.at[1]) / 2]);
      if (middles.length >= MOST_MIDDLES) return middles;
    }
  return middles;
}

function alike(a: Bounds, b: Bounds): boolean {
  const [aw, ah, bw, bh] = [a.maxX - a.minX, a.maxY - a.minY, b.maxX - b.minX, b.maxY - b.minY];
  return Math.abs(aw - bw) < 0.03 && Math.abs(ah - bh) < 0.03;
}

/** The median of what the placements near the coarse shift say. */
function refined(rows: readonly CentroidRow[], middles: readonly Point[], coarse: Point): Point {
  const shifts = rows.flatMap((r): Point[] => {
    const close = middles
      .map(([x, y]): Point => [x - r.x, y - r.y])
      .filter((s) => near(s, coarse, 1.5 * BIN));
    return close.length > 0 ? [close[0]] : [];
  });
  if (shifts.length === 0) return coarse;
  const middle = (k: 0 | 1) => shifts.map((s) => s[k]).sort((a, b) => a - b)[shifts.length >> 1];
  return [middle(0), middle(1)];
}

/** Lays the middle of the placements on the middle of the board when they stand off it. */
function boxShift(rows: readonly CentroidRow[], outline: Bounds | undefined): Alignment {
  const nothing: Alignment = { by: [0, 0], from: "unknown", agree: 0, of: rows.length };
  if (!outline || rows.length === 0) return nothing;
  const inside = rows.filter(
    (r) => r.x >= outline.minX && r.x <= outline.maxX && r.y >= outline.minY && r.y <= outline.maxY,
  ).length;
  if (inside >= 0.9 * rows.length) return { by: [0, 0], from: "none", agree: inside, of: rows.length };
  // Most tools put the origin of placements on a corner of the board.
  const corner: Point = [outline.minX, outline.minY];
  const lies = (by: Point) =>
    rows.filter(
      (r) =>
        r.x + by[0] >= outline.minX &&
        r.x + by[0] <= outline.maxX &&
        r.y + by[1] >= outline.minY &&
        r.y + by[1] <= outline.maxY,
    ).length;
  const agree = lies(corner);
  return agree >= 0.9 * rows.length ? { by: corner, from: "outline", agree, of: rows.length } : nothing;
}

function near(a: Point, b: Point, by: number): boolean {
  return Math.hypot(a[0] - b[0], a[1] - b[1]) <= by;
}

/** A shift of less than a twentieth of a millimetre is rounding. */
function settled(by: Point, from: Alignment["from"], agree: number, of: number): Alignment {
  return Math.hypot(...by) < 0.05 ? { by: [0, 0], from: "none", agree, of } : { by, from, agree, of };
}
