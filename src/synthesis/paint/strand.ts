import type { Random } from "../../kit/random.js";
import { dilate, intersect, type Plane, sample } from "../../vision/index.js";
import { type Centreline, centrelines } from "./centreline.js";
import { growthOf, RIM } from "./growth.js";
import type { Ground, Paint, Specimen } from "./types.js";

/** Sizes along the line up to which a specimen is stretched; beyond, it goes on from its other end. */
const STRETCH = [0.6, 1.7] as const;
/** Share of a line near each end that is a tip, and does not come back in the middle. */
const TIP = 0.12;
/** Points over which two runs of the specimen are mixed where one ends. */
const MIXED = 4;
/** How far widths are adapted: the cut itself keeps its width, labels are drawn with brushes of many sizes. */
const WIDTHS = [0.75, 1.35] as const;

type At = Readonly<{ s: number; v: number; near: number }>;

/**
 * Draws a thin defect along the middle of its mask: every pixel takes the look that the specimen has at the same way along
 * its own line and as far aside. Width, darkness, gaps and tips are the specimen's, the course is the mask's, and the line
 * does not break, however the mask bends; branches begin with a run of their own. The surface of the place stays beneath the
 * rim. Undefined when either is not thin.
 */
export function strand(g: Ground, e: Specimen, gain: number, random: Random): Paint | undefined {
  const mine = centrelines(g.region);
  const theirs = centrelines(e.mask);
  if (!mine || !theirs) return undefined;
  const growth = growthOf(g, e);
  const touched = intersect(dilate(g.region, RIM), g.allowed);
  const [trunk] = theirs as [Centreline];
  const runs = mine.map((line, k) => runOf(line, trunk, random.fork("run", k)));
  const { width } = g.region;
  const planes = g.planes.map((p) => ({ ...p, data: Float32Array.from(p.data) }));
  const aside = clamp(trunk.half / Math.max(0.5, mine[0]!.half), WIDTHS[0], WIDTHS[1]);
  for (let i = 0; i < touched.data.length; i++) {
    if (!touched.data[i]) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    let best = 0;
    let at = nearest(mine[0]!, x, y);
    for (let k = 1; k < mine.length; k++) {
      const other = nearest(mine[k]!, x, y);
      if (other.near < at.near) [best, at] = [k, other];
    }
    const half = mine[best]!.half;
    const beyond = Math.max(0, Math.abs(at.v) - half);
    const v = Math.sign(at.v) * (aside * Math.min(Math.abs(at.v), half) + beyond);
    // Inside the mask the specimen's picture, towards the end of its rim the surface of the place.
    const cover = clamp(1 + (growth.deepT.data[i]! + 0.5) / RIM, 0, 1);
    for (const [c, made] of planes.entries()) {
      const look = runs[best]!(growth.look[c]!, at.s, v);
      const here = g.planes[c]!.data[i]!;
      const ground = growth.ground[c]!.data[i]!;
      made.data[i] = here + cover * (ground + gain * look - here);
    }
  }
  return { planes, touched, painter: "strand", specimen: e.id };
}

/** Reads a look by the way along a line (points) and aside of it (pixels). */
type Run = (look: Plane, s: number, v: number) => number;

/** Which stretch of the specimen's line each place of a line takes: its tips stay tips, its middle comes back and forth. */
function runOf(line: Centreline, from: Centreline, random: Random): Run {
  const [length, has] = [line.points.length - 1, from.points.length - 1];
  const back = random.chance(0.5);
  // Turned, never mirrored against the light where that can be chosen: the sides of a groove are lit differently.
  const [a, b] = [line.along[line.along.length >> 1]!, from.along[from.along.length >> 1]!];
  const side = (a.x * b.x + a.y * b.y >= 0 ? 1 : -1) as 1 | -1;
  const read = (look: Plane, s: number, v: number): number => {
    const way = back ? has - s : s;
    const k = Math.max(0, Math.min(has, way));
    const i = Math.min(has, Math.floor(k));
    const j = Math.min(has, i + 1);
    const f = k - i;
    const p = from.points[i]!;
    const q = from.points[j]!;
    const t = from.along[i]!;
    const over = way - k;
    return sample(
      look,
      p.x + f * (q.x - p.x) + over * t.x - side * v * t.y,
      p.y + f * (q.y - p.y) + over * t.y + side * v * t.x,
    );
  };
  const stretch = length / Math.max(1, has);
  if (stretch >= STRETCH[0] && stretch <= STRETCH[1]) return (look, s, v) => read(look, s / stretch, v);
  if (stretch < 1) {
    // Shorter: both tips, mixed where they meet.
    const middle = length * random.range(0.35, 0.65);
    return (look, s, v) => {
      const w = clamp(0.5 + (s - middle) / MIXED, 0, 1);
      const head = w < 1 ? read(look, s, v) : 0;
      const tail = w > 0 ? read(look, has - (length - s), v) : 0;
      return (1 - w) * head + w * tail;
    };
  }
  // Longer: forth, back, …, forth between the tips.
  const body = 1 - 2 * TIP;
  const legs = Math.max(1, Math.round((stretch - 2 * TIP) / body));
  const odd = legs % 2 === 1 ? legs : legs + 1;
  const unit = length / (has * (odd * body + 2 * TIP));
  return (look, s, v) => {
    const u = s / unit / has;
    if (u <= TIP) return read(look, u * has, v);
    const end = odd * body + TIP;
    if (u >= end) return read(look, (1 - TIP + (u - end)) * has, v);
    const leg = Math.floor((u - TIP) / body);
    const within = u - TIP - leg * body;
    return read(look, (leg % 2 === 0 ? TIP + within : 1 - TIP - within) * has, v);
  };
}

/** Where a pixel lies by a line: the way along it, how far aside (left negative), how far from its nearest point. */
function nearest(line: Centreline, x: number, y: number): At {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < line.points.length; k++) {
    const p = line.points[k]!;
    const d = (x - p.x) ** 2 + (y - p.y) ** 2;
    if (d < least) [best, least] = [k, d];
  }
  const p = line.points[best]!;
  const t = line.along[best]!;
  const [dx, dy] = [x - p.x, y - p.y];
  const along = dx * t.x + dy * t.y;
  const last = line.points.length - 1;
  // Between points the rest counts along; past the ends it leads beyond the specimen's ends as well.
  const s = best === 0 || best === last ? best + along : best + clamp(along, -1, 1);
  return { s, v: -dx * t.y + dy * t.x, near: Math.sqrt(least) };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
