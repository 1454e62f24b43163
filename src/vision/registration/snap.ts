import type { Random } from "../../kit/random.js";
import { type Frame, modelMap, type Parameters } from "./frame.js";
import { solvePositive } from "./least-squares.js";
import type { BinnedMoving, Level } from "./pyramid.js";
import type { Matrix3, Model } from "./types.js";

/** Places on borders between classes at most. */
const PLACES = 8000;

/** How far along its normal each place looks for an edge of the photo, pixels of the moving picture, round by round. */
const REACHES = [4, 3.5, 3, 2.5, 2, 2, 2, 2];

/** Distance of looks along the normal, and half the base of a difference. */
const STEP = 0.5;

/** Least change of grey that is an edge. */
const LEAST_EDGE = 5;

/** Fewer edges than that do not hold a map. */
const LEAST_EDGES = 60;

/** Residuals beyond this many standard deviations are other things' edges (Tukey's biweight). */
const CUT = 4.685;

/** Least spread, pixels of the photo: no border is known better. */
const LEAST_SPREAD = 0.1;

/** A kind of border with fewer edges than this is judged by the spread of all. */
const LEAST_OF_KIND = 40;

/** `kind` stands for the two classes that meet there. */
type Place = Readonly<{ x: number; y: number; nx: number; ny: number; kind: number }>;

/**
 * Draws the borders of a label picture to the photo's edges: each place on a border looks along its normal for the
 * strongest edge nearby, and robust least squares moves the map (edge tracking after Harris and Stennett, BMVC 1990).
 * Mutual information of labels and a photo is biased by shading inside a class; where borders lie is not. Undefined with
 * too few edges.
 */
export function snap(
  moving: BinnedMoving,
  photo: Level,
  frame: Frame,
  model: Model,
  start: Parameters,
  random: Random,
): { at: Parameters; uncertainty?: undefined } | undefined {
  const places = borderPlaces(moving, random);
  let at = start;
  for (const reach of REACHES) {
    const found = snapOnce(places, moving.factor, photo, frame, model, at, reach);
    if (!found) return undefined;
    at = at.map((p, i) => p + found.step[i]!);
    if (!(Math.hypot(...at.map((p, i) => p - start[i]!)) < 8 * photo.factor)) return undefined;
  }
  return { at };
}

/** Middles between neighbours of two classes, with the normal of the border around (level pixels). */
function borderPlaces({ width, height, of, valid }: BinnedMoving, random: Random): Place[] {
  const all: number[] = [];
  for (let y = 3; y < height - 3; y++)
    for (let x = 3; x < width - 3; x++) {
      const i = y * width + x;
      if (valid && valid[i] === 0) continue;
      if (of[i] !== of[i + 1]) all.push(2 * i);
      if (of[i] !== of[i + width]) all.push(2 * i + 1);
    }
  const keep = Math.min(1, PLACES / all.length);
  const places: Place[] = [];
  let due = random.float();
  for (const code of all) {
    due += keep;
    if (due < 1) continue;
    due -= 1;
    const i = code >> 1;
    const x = i % width;
    const y = (i - x) / width;
    // Where the pixel's own class lies around it points away from the border.
    let gx = 0;
    let gy = 0;
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++)
        if (of[i + dy * width + dx] === of[i]) {
          gx += dx;
          gy += dy;
        }
    const length = Math.hypot(gx, gy);
    if (length < 4) continue;
    const beyond = of[code % 2 === 0 ? i + 1 : i + width]!;
    places.push({
      kind: Math.min(of[i]!, beyond) * 256 + Math.max(of[i]!, beyond),
      x: x + (code % 2 === 0 ? 0.5 : 0),
      y: y + (code % 2 === 0 ? 0 : 0.5),
      nx: -gx / length,
      ny: -gy / length,
    });
  }
  return places;
}

function snapOnce(
  places: readonly Place[],
  factor: number,
  photo: Level,
  frame: Frame,
  model: Model,
  at: Parameters,
  reach: number,
): { step: readonly number[] } | undefined {
  const { map, by } = modelMap(model, at, frame.radius);
  const n = at.length;
  const rows: Float64Array[] = [];
  const goals: number[] = [];
  const kinds: number[] = [];
  const off = (factor - 1) / 2;
  for (const place of places) {
    const u = (place.x * factor + off - frame.mx) / frame.radius;
    const v = (place.y * factor + off - frame.my) / frame.radius;
    const here = project(map, u, v, frame.radius);
    const ahead = project(
      map,
      u + (place.nx * factor) / frame.radius,
      v + (place.ny * factor) / frame.radius,
      frame.radius,
    );
    // The normal on the photo; its length is one pixel of the moving picture.
    const dx = ahead.x - here.x;
    const dy = ahead.y - here.y;
    const offset = edgeAlong(photo, here.x + frame.fx, here.y + frame.fy, dx, dy, reach);
    if (offset === undefined) continue;
    const length = Math.hypot(dx, dy);
    const row = new Float64Array(n);
    const w = frame.radius / here.w;
    const ax = (dx / length) * w;
    const ay = (dy / length) * w;
    const back = (ax * here.x + ay * here.y) / frame.radius;
    for (let j = 0; j < n; j++) {
      const b = by[j]!;
      row[j] =
        ax * (b[0]! * u + b[1]! * v + b[2]!) +
        ay * (b[3]! * u + b[4]! * v + b[5]!) -
        back * (b[6]! * u + b[7]! * v);
    }
    rows.push(row);
    goals.push(offset * length);
    kinds.push(place.kind);
  }
  if (rows.length < LEAST_EDGES) return undefined;
  const step = robustSolve(rows, goals, kinds, n);
  return step && { step };
}

/** A place of the frame on the photo, pixels from its middle, and the divisor of its projection. */
function project(m: Matrix3, u: number, v: number, radius: number): { x: number; y: number; w: number } {
  const w = m[6] * u + m[7] * v + 1;
  return {
    x: ((m[0] * u + m[1] * v + m[2]) / w) * radius,
    y: ((m[3] * u + m[4] * v + m[5]) / w) * radius,
    w,
  };
}

/** Where along (dx, dy) from (x, y) the photo's grey changes most, in steps of that vector; near edges count more. */
function edgeAlong(
  photo: Level,
  x: number,
  y: number,
  dx: number,
  dy: number,
  reach: number,
): number | undefined {
  const { width, height, data, factor } = photo;
  const off = (factor - 1) / 2;
  const count = Math.round(reach / STEP);
  const grey: number[] = [];
  for (let k = -count - 1; k <= count + 1; k++) {
    const px = (x + dx * k * STEP - off) / factor;
    const py = (y + dy * k * STEP - off) / factor;
    if (!(px >= 0 && py >= 0 && px < width - 1 && py < height - 1)) return undefined;
    const x0 = px | 0;
    const y0 = py | 0;
    const q = y0 * width + x0;
    const fx = px - x0;
    const top = data[q]! + (data[q + 1]! - data[q]!) * fx;
    const low = data[q + width]! + (data[q + width + 1]! - data[q + width]!) * fx;
    grey.push(top + (low - top) * (py - y0));
  }
  const change = (k: number): number => Math.abs(grey[k + count + 2]! - grey[k + count]!);
  let best = 0;
  let most = 0;
  for (let k = -count; k <= count; k++) {
    const t = (k * STEP) / reach;
    const value = change(k) * (1 - 0.7 * t * t);
    if (value > most) [best, most] = [k, value];
  }
  if (change(best) < LEAST_EDGE || Math.abs(best) === count) return undefined;
  const [before, here, after] = [change(best - 1), change(best), change(best + 1)];
  const bend = before - 2 * here + after;
  const part = bend < -1e-6 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))) : 0;
  return (best + part) * STEP;
}

/**
 * Robust linear least squares, weights from the residuals of the round before. Each kind of border has a spread of its
 * own and counts accordingly: copper and pads lie where the photo shows them, tall bodies hide behind their shadows.
 */
function robustSolve(
  rows: readonly Float64Array[],
  goals: readonly number[],
  kinds: readonly number[],
  n: number,
): number[] | undefined {
  let step: number[] | undefined = new Array<number>(n).fill(0);
  for (let pass = 0; pass < 4; pass++) {
    const current: readonly number[] = step;
    const residuals = rows.map((row, i) => goals[i]! - row.reduce((sum, r, j) => sum + r * current[j]!, 0));
    const spreadOf = spreads(residuals, kinds);
    const normal = new Float64Array(n * n);
    const right = new Float64Array(n);
    rows.forEach((row, i) => {
      const sigma = spreadOf(kinds[i]!);
      const z = residuals[i]! / (CUT * sigma);
      if (Math.abs(z) >= 1) return;
      const w = ((1 - z * z) / sigma) ** 2;
      for (let a = 0; a < n; a++) {
        right[a]! += w * row[a]! * goals[i]!;
        for (let b = 0; b <= a; b++) normal[a * n + b]! += w * row[a]! * row[b]!;
      }
    });
    step = solvePositive(normal, right);
    if (!step) return undefined;
  }
  return step;
}

/** Robust standard deviation of the residuals of each kind of border, pixels. */
function spreads(residuals: readonly number[], kinds: readonly number[]): (kind: number) => number {
  const lists = new Map<number, number[]>();
  const all = residuals.map(Math.abs);
  all.forEach((r, i) => {
    const list = lists.get(kinds[i]!);
    if (list) list.push(r);
    else lists.set(kinds[i]!, [r]);
  });
  const spread = (list: number[]): number =>
    Math.max(LEAST_SPREAD, 1.4826 * list.sort((a, b) => a - b)[list.length >> 1]!);
  const overall = spread(all);
  const known = new Map(
    [...lists].map(([kind, list]) => [kind, list.length < LEAST_OF_KIND ? overall : spread(list)]),
  );
  return (kind) => known.get(kind) ?? overall;
}
