import { modelMap, type Parameters } from "./frame.js";
import type { InformationMeter } from "./mutual-information.js";
import type { Model } from "./types.js";

/** Longest step, in units of a level pixel at the border. */
const LONGEST = 3;

/** How far beside the start the slopes are taken that tell how the hill bends, in the same unit. */
const BESIDE = 0.5;

/** Least bend of a parameter, as a part of that which bends most. */
const FLATTEST = 1e-3;

/** Where it ended, the information there, and which part of the samples lies on the photo. */
export type Climb = Readonly<{ at: Parameters; value: number; inside: number }>;

/**
 * Climbs to the nearest maximum of mutual information by BFGS with exact gradients. Steps are measured in pixels of the
 * level (`unit` full pixels at the border); it ends when a step is shorter than `tolerance` of them.
 */
export function climb(
  meter: InformationMeter,
  model: Model,
  start: Parameters,
  radius: number,
  unit: number,
  { steps = 30, tolerance = 0.01 }: { steps?: number; tolerance?: number } = {},
): Climb {
  const valueAt = (p: Parameters) => meter.valueAt(modelMap(model, p, radius).map);
  /** The slopes where the last value was taken, `p`; none where that was no value. */
  const slopesAt = (p: Parameters): number[] => {
    const gradient = meter.slopesThere();
    return gradient ? modelMap(model, p, radius).by.map((row) => unit * dot(row, gradient)) : [];
  };
  let at = [...start];
  let value = valueAt(at);
  let inside = meter.insideThere();
  let slope = slopesAt(at);
  if (slope.length === 0) return { at, value, inside };
  // The inverse of minus the Hessian, about. Where straight traces let the map slide it is a long ridge: one scale for
  // all parameters would end the climb on its side, with the summit far along it.
  const bends = at.map((_, i) => {
    const aside = at.map((v, j) => (i === j ? v + unit * BESIDE : v));
    valueAt(aside);
    const beside = slopesAt(aside);
    return beside.length === 0 ? 0 : (slope[i]! - beside[i]!) / BESIDE;
  });
  const least = FLATTEST * Math.max(...bends.map(Math.abs));
  if (!(least > 0)) return { at, value, inside };
  const straight = bends.map((b, i) => bends.map((_, j) => (i === j ? 1 / Math.max(Math.abs(b), least) : 0)));
  let inverse = straight;
  for (let step = 0; step < steps; step++) {
    let way = inverse.map((row) => dot(row, slope));
    if (dot(way, slope) <= 0) {
      inverse = straight;
      way = inverse.map((row) => dot(row, slope));
    }
    const length = Math.hypot(...way);
    if (!(length > 0)) break;
    if (length > LONGEST) way = way.map((d) => (d * LONGEST) / length);
    const rise = dot(way, slope);
    let t = 1;
    let next = at;
    let there = -Infinity;
    for (let tries = 0; tries < 7; tries++, t /= 2) {
      next = at.map((v, i) => v + unit * t * way[i]!);
      there = valueAt(next);
      if (there >= value + 1e-4 * t * rise) break;
    }
    if (!(there > value)) break;
    inside = meter.insideThere();
    const now = slopesAt(next);
    const moved = way.map((d) => d * t);
    inverse = updated(
      inverse,
      moved,
      slope.map((g, i) => g - now[i]!),
    );
    at = next;
    value = there;
    slope = now;
    if (Math.hypot(...moved) < tolerance) break;
  }
  return { at, value, inside };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The BFGS update for a step `s` along which the downhill slope grew by `y`. */
function updated(b: number[][], s: readonly number[], y: readonly number[]): number[][] {
  const sy = dot(s, y);
  if (!(sy > 1e-12)) return b;
  const by = b.map((row) => dot(row, y));
  const k = (1 + dot(y, by) / sy) / sy;
  return b.map((row, i) => row.map((v, j) => v + k * s[i]! * s[j]! - (by[i]! * s[j]! + s[i]! * by[j]!) / sy));
}
