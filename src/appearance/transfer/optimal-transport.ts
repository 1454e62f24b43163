import type { Random } from "../../kit/random.js";

/** Colours, three numbers each. */
export type Samples = Readonly<{ count: number; data: Float32Array }>;

/** One turn of a colour map: an orthonormal basis (rows) and a monotone map along each of its axes. */
type Turn = Readonly<{
  basis: readonly number[];
  from: readonly (readonly number[])[];
  to: readonly (readonly number[])[];
}>;

/** A map of colours to colours, as plain JSON. */
export type ColourMap = Readonly<{ turns: readonly Turn[] }>;

export type TransportSettings = Readonly<{
  turns: number;
  /** Points of each monotone map. */
  quantiles: number;
  /** Most contrast that the first turn may add, and each later one: flat places stay calm. */
  gain: number;
  laterGain: number;
}>;

/**
 * A map that carries the colours of `source` to the distribution of `target`: sliced optimal transport, that is, many
 * one-dimensional transports (matched quantiles) along the axes of random bases, one after another (Pitié, Kokaram,
 * Dahyot 2007), each with a limited slope.
 */
export function fitTransport(
  source: Samples,
  target: Samples,
  random: Random,
  s: TransportSettings,
): ColourMap {
  const moving = source.data.slice();
  const turns: Turn[] = [];
  for (let k = 0; k < s.turns; k++) {
    const basis = k === 0 ? IDENTITY : randomBasis(random);
    const from: number[][] = [];
    const to: number[][] = [];
    for (let axis = 0; axis < 3; axis++) {
      const ours = quantilesAlong(moving, source.count, basis, axis, s.quantiles);
      const theirs = quantilesAlong(target.data, target.count, basis, axis, s.quantiles);
      from.push(ours);
      to.push(limited(ours, theirs, k === 0 ? s.gain : s.laterGain));
    }
    const turn = { basis, from, to };
    for (let i = 0; i < source.count; i++) applyTurn(turn, moving, 3 * i);
    turns.push(turn);
  }
  return { turns };
}

/** A map ready for many pixels: each axis as a table with one entry a grey level. */
export type CompiledMap = Readonly<{ basis: Float64Array; tables: Float32Array; turns: number }>;

/** Projections of colours on a unit axis lie within ± this, also with texture on them. */
const REACH = 540;
const ENTRIES = 2 * REACH + 2;

const compiled = new WeakMap<readonly ColourMap[], readonly CompiledMap[]>();

/** The maps of a fit, compiled at their first use. */
export function compiledMaps(maps: readonly ColourMap[]): readonly CompiledMap[] {
  const ready = compiled.get(maps) ?? maps.map(compile);
  compiled.set(maps, ready);
  return ready;
}

function compile({ turns }: ColourMap): CompiledMap {
  const basis = Float64Array.from(turns.flatMap((t) => t.basis));
  const tables = new Float32Array(turns.length * 3 * ENTRIES);
  turns.forEach(({ from, to }, k) => {
    for (let axis = 0; axis < 3; axis++)
      for (let i = 0; i < ENTRIES; i++)
        tables[(3 * k + axis) * ENTRIES + i] = shift(i - REACH, from[axis], to[axis]);
  });
  return { basis, tables, turns: turns.length };
}

/** Carries the colour in `rgb`, in place. */
export function applyMap({ basis, tables, turns }: CompiledMap, rgb: Float32Array): void {
  let r = rgb[0];
  let g = rgb[1];
  let v = rgb[2];
  for (let k = 0; k < turns; k++) {
    const b = 9 * k;
    const t = 3 * k * ENTRIES;
    const d0 = entry(tables, t, basis[b] * r + basis[b + 1] * g + basis[b + 2] * v);
    const d1 = entry(tables, t + ENTRIES, basis[b + 3] * r + basis[b + 4] * g + basis[b + 5] * v);
    const d2 = entry(tables, t + 2 * ENTRIES, basis[b + 6] * r + basis[b + 7] * g + basis[b + 8] * v);
    r += basis[b] * d0 + basis[b + 3] * d1 + basis[b + 6] * d2;
    g += basis[b + 1] * d0 + basis[b + 4] * d1 + basis[b + 7] * d2;
    v += basis[b + 2] * d0 + basis[b + 5] * d1 + basis[b + 8] * d2;
  }
  rgb[0] = r;
  rgb[1] = g;
  rgb[2] = v;
}

function entry(tables: Float32Array, start: number, x: number): number {
  const at = Math.max(0, Math.min(2 * REACH, x + REACH));
  const low = Math.floor(at);
  const value = tables[start + low];
  return value + (tables[start + low + 1] - value) * (at - low);
}

const IDENTITY: readonly number[] = [1, 0, 0, 0, 1, 0, 0, 0, 1];

function applyTurn({ basis: b, from, to }: Turn, data: Float32Array, o: number): void {
  const [r, g, v] = [data[o], data[o + 1], data[o + 2]];
  const d0 = shift(b[0] * r + b[1] * g + b[2] * v, from[0], to[0]);
  const d1 = shift(b[3] * r + b[4] * g + b[5] * v, from[1], to[1]);
  const d2 = shift(b[6] * r + b[7] * g + b[8] * v, from[2], to[2]);
  data[o] = r + b[0] * d0 + b[3] * d1 + b[6] * d2;
  data[o + 1] = g + b[1] * d0 + b[4] * d1 + b[7] * d2;
  data[o + 2] = v + b[2] * d0 + b[5] * d1 + b[8] * d2;
}

/** By how much the monotone map through (from, to) moves `x`; beyond its ends as at them. */
function shift(x: number, from: readonly number[], to: readonly number[]): number {
  const last = from.length - 1;
  if (x <= from[0]) return to[0] - from[0];
  if (x >= from[last]) return to[last] - from[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (from[middle] <= x) low = middle;
    else high = middle;
  }
  const wide = from[high] - from[low];
  const part = wide > 1e-9 ? (x - from[low]) / wide : 0.5;
  return to[low] + part * (to[high] - to[low]) - x;
}

function quantilesAlong(
  data: Float32Array,
  count: number,
  basis: readonly number[],
  axis: number,
  points: number,
): number[] {
  const [a, b, c] = [basis[3 * axis], basis[3 * axis + 1], basis[3 * axis + 2]];
  const along = new Float32Array(count);
  for (let i = 0; i < count; i++) along[i] = a * data[3 * i] + b * data[3 * i + 1] + c * data[3 * i + 2];
  along.sort();
  return Array.from({ length: points }, (_, k) => {
    const at = (k / (points - 1)) * (count - 1);
    const low = Math.floor(at);
    const high = Math.min(count - 1, low + 1);
    return along[low] + (along[high] - along[low]) * (at - low);
  });
}

/** `to` with no step steeper than `gain`, built outwards from the median, which stays. */
function limited(from: readonly number[], to: readonly number[], gain: number): number[] {
  const out = [...to];
  const middle = from.length >> 1;
  for (let i = middle + 1; i < from.length; i++)
    out[i] = out[i - 1] + Math.min(to[i] - to[i - 1], gain * (from[i] - from[i - 1]));
  for (let i = middle - 1; i >= 0; i--)
    out[i] = out[i + 1] - Math.min(to[i + 1] - to[i], gain * (from[i + 1] - from[i]));
  return out;
}

/** Three random orthonormal rows: Gram–Schmidt of normal vectors. */
function randomBasis(random: Random): readonly number[] {
  const unit = (v: readonly number[]) => {
    const length = Math.hypot(...v) || 1;
    return v.map((c) => c / length);
  };
  const a = unit([random.normal(), random.normal(), random.normal()]);
  const raw = [random.normal(), random.normal(), random.normal()];
  const dot = a[0] * raw[0] + a[1] * raw[1] + a[2] * raw[2];
  const b = unit(raw.map((v, i) => v - dot * a[i]));
  const c = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  return [...a, ...b, ...c];
}
