import { modelMap, type Parameters } from "./frame.js";
import type { informationMeter } from "./mutual-information.js";
import type { Model } from "./types.js";

/** Longest step, in units of a level pixel at the border. */
const LONGEST = 3;

export type Climb = Readonly<{ at: Parameters; value: number }>;

/**
 * Climbs to the nearest maximum of mutual information by BFGS with exact gradients. Steps are measured in pixels of the
 * level (`unit` full pixels at the border): the first is `first` of them long, since nothing is known of the hill yet; it
 * ends when a step is shorter than `tolerance`.
 */
export function climb(
  meter: ReturnType<typeof informationMeter>,
  model: Model,
  start: Parameters,
  radius: number,
  unit: number,
  { steps = 30, first = 0.4, tolerance = 0.01 }: { steps?: number; first?: number; tolerance?: number } = {},
): Climb {
  const n = start.length;
  const look = (p: Parameters, wantGradient: boolean) => {
    const { map, by } = modelMap(model, p, radius);
    const { value, gradient } = meter(map, wantGradient);
    return {
      value,
      slope: gradient ? by.map((row) => unit * row.reduce((sum, d, j) => sum + d * gradient[j]!, 0)) : [],
    };
  };
  let at = [...start];
  let { value, slope } = look(at, true);
  if (slope.length === 0) return { at, value };
  // The inverse of minus the Hessian, about; its scale is set by the first step.
  let inverse = identity(n);
  for (let step = 0; step < steps; step++) {
    let way = inverse.map((row) => dot(row, slope));
    if (dot(way, slope) <= 0) {
      inverse = identity(n);
      way = [...slope];
    }
    const length = Math.hypot(...way);
    if (!(length > 0)) break;
    const most = step === 0 ? first : LONGEST;
    if (step === 0 || length > most) way = way.map((d) => (d * most) / length);
    const rise = dot(way, slope);
    let t = 1;
    let next = at;
    let there = -Infinity;
    for (let tries = 0; tries < 7; tries++, t /= 2) {
      next = at.map((v, i) => v + unit * t * way[i]!);
      there = look(next, false).value;
      if (there >= value + 1e-4 * t * rise) break;
    }
    if (!(there > value)) break;
    const now = look(next, true);
    const moved = way.map((d) => d * t);
    inverse = updated(
      inverse,
      moved,
      slope.map((g, i) => g - now.slope[i]!),
      step === 0,
    );
    at = next;
    ({ value, slope } = now);
    if (Math.hypot(...moved) < tolerance) break;
  }
  return { at, value };
}

function identity(n: number): number[][] {
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The BFGS update for a step `s` along which the downhill slope grew by `y`. */
function updated(b: number[][], s: readonly number[], y: readonly number[], first: boolean): number[][] {
  const sy = dot(s, y);
  if (!(sy > 1e-12)) return b;
  const from = first ? b.map((row) => row.map((v) => (v * sy) / dot(y, y))) : b;
  const by = from.map((row) => dot(row, y));
  const k = (1 + dot(y, by) / sy) / sy;
  return from.map((row, i) =>
    row.map((v, j) => v + k * s[i]! * s[j]! - (by[i]! * s[j]! + s[i]! * by[j]!) / sy),
  );
}
