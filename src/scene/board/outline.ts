import type { Place } from "../../kit/errors.js";
import {
  type Bounds,
  chain,
  nonZero,
  type Piece,
  polygonArea,
  ringArea,
  ringContains,
  turned,
} from "../planar/index.js";
import type { Point, Polygon } from "./board.js";
import type { ProblemLog } from "./problem-log.js";

/** Distances at which ends of outline pieces are taken for one point, tried in turn; the last only where nothing closes. */
const TOLERANCES = [0.01, 0.1, 1];
/** Rings smaller than this (mm²) are drawing errors. */
const LEAST_AREA = 0.02;
/** Shares of the outline's area: a ring inside this near to it is the outline again; one outside this large a board. */
const SAME_AREA = 0.985;
const BOARD_AREA = 0.2;

/**
 * The board's edge from the lines that draw it: the largest ring is the outline, rings inside it are cut-outs. Gaps of
 * up to 1 mm are closed and reported. Undefined when no ring can be made.
 */
export function outlineFrom(pieces: readonly Piece[], log: ProblemLog, where: Place): Polygon | undefined {
  let rings: (readonly Point[])[] = [];
  let rest = pieces;
  let gap = 0;
  for (const tolerance of TOLERANCES) {
    if (tolerance > 0.5 && rings.length > 0) break;
    const chained = chain(rest, tolerance);
    rings = rings.concat(chained.rings.filter((r) => Math.abs(ringArea(r)) > LEAST_AREA));
    gap = Math.max(gap, chained.gap);
    rest = chained.open.map((points) => ({ points, closed: false }));
    if (rest.length === 0) break;
  }
  if (rings.length === 0) return undefined;
  if (gap > TOLERANCES[0])
    log.add(
      "warning",
      "outline_gap",
      `the board outline has gaps of up to ${gap.toFixed(2)} mm; they are closed`,
      "Make the ends of the outline's lines meet.",
      where,
    );
  if (rest.length > 0)
    log.add(
      "warning",
      "outline_open",
      `${rest.length === 1 ? "a line" : `${rest.length} lines`} of the outline layer (first near ${spot(rest[0].points[0])}) without a closed ring ${rest.length === 1 ? "is" : "are"} ignored`,
      "Close or remove them in the outline layer.",
      where,
    );
  return largest(rings, log, where);
}

function largest(rings: readonly (readonly Point[])[], log: ProblemLog, where: Place): Polygon {
  const sorted = [...rings].sort((a, b) => Math.abs(ringArea(b)) - Math.abs(ringArea(a)));
  // A ring that crosses itself falls apart: its largest piece is the board.
  const clean = nonZero([sorted[0]]).sort((a, b) => polygonArea(b) - polygonArea(a))[0];
  const outer = clean?.outline ?? sorted[0];
  const area = Math.abs(ringArea(outer));
  const holes: (readonly Point[])[] = [];
  let apart = 0;
  for (const ring of sorted.slice(1)) {
    if (holes.some((h) => ringContains(h, ring[0]))) continue;
    if (!ringContains(outer, inside(ring))) apart += Math.abs(ringArea(ring)) > BOARD_AREA * area ? 1 : 0;
    else if (Math.abs(ringArea(ring)) < SAME_AREA * area) holes.push(turned(ring, false));
  }
  if (apart > 0)
    log.add(
      "warning",
      "outline_islands",
      `the outline layer draws ${apart + 1} separate boards; the largest is taken`,
      "Import the boards of a panel one by one.",
      where,
    );
  return { outline: turned(outer, true), holes };
}

/** A point well inside of a ring: just beside the middle of its first long edge. */
function inside(ring: readonly Point[]): Point {
  const sign = ringArea(ring) >= 0 ? 1 : -1;
  let best = 0;
  let longest = -1;
  ring.forEach((p, i) => {
    const q = ring[(i + 1) % ring.length];
    const length = Math.hypot(q[0] - p[0], q[1] - p[1]);
    if (length > longest) [best, longest] = [i, length];
  });
  const [p, q] = [ring[best], ring[(best + 1) % ring.length]];
  const by = (sign * Math.min(0.01, longest / 100)) / (longest || 1);
  return [(p[0] + q[0]) / 2 - (q[1] - p[1]) * by, (p[1] + q[1]) / 2 + (q[0] - p[0]) * by];
}

/** A rectangle around everything, for boards whose outline is not drawn. */
export function outlineAround(bounds: Bounds, margin = 1): Polygon {
  const { minX, minY, maxX, maxY } = bounds;
  return {
    outline: [
      [minX - margin, minY - margin],
      [maxX + margin, minY - margin],
      [maxX + margin, maxY + margin],
      [minX - margin, maxY + margin],
    ],
    holes: [],
  };
}

function spot([x, y]: Point): string {
  return `${x.toFixed(2)}, ${y.toFixed(2)}`;
}
