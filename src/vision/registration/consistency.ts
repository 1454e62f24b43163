import { countShifts, informationOf, logTable, margins } from "./histograms.js";
import type { BinnedMoving, Level } from "./pyramid.js";
import { ranked } from "./rank.js";
import type { Consistency, Matrix3 } from "./types.js";

/** Side of a patch and how far it is moved about, pixels of the level. */
const PATCH = 48;
const REACH = 8;
const OFFSETS = 2 * REACH + 1;

/** Patches at most: more would cost time and tell no more. */
const MOST = 54;

/** Grey bins of the photo under a patch. */
const BINS = 8;

/** A patch agrees when its best place is this near to the map's, pixels of the level. */
const NEAR = 2;

/**
 * It abstains when the best of the places that near is nearly as good as a far best one: a straight trace slides along
 * itself, also where the map is a pixel beside it.
 */
const AS_GOOD = 0.9;

/** Grey of a place that the photo does not reach, and the most of a patch's surroundings that may be such. */
const OUTSIDE = -1;
const MOST_OUTSIDE = 0.3;

/** Part of the voting patches of a wrong board that agree by chance, at most (measured: docs/registration.md). */
const CHANCE = 0.05;

/** Part of the voting patches that must agree: see docs/registration.md for what was measured. */
export const LEAST_SHARE = 0.55;

/** A wrong board is taken for the right one once in so many tries, at most, by this model of chance. */
const RISK = 1e-4;

/** What one patch says: where it fits best, pixels of the level away from the map's place. */
export type PatchVote = Readonly<{
  x: number;
  y: number;
  dx: number;
  dy: number;
  says: "here" | "elsewhere" | "nothing";
}>;

/** Counts votes; offsets are given in full pixels. */
export function consistencyOf(votes: readonly PatchVote[], factor: number): Consistency {
  const voting = votes.filter((v) => v.says !== "nothing");
  const agreeing = voting.filter((v) => v.says === "here").length;
  const offsets = voting.map((v) => Math.hypot(v.dx, v.dy) * factor).sort((a, b) => a - b);
  return {
    patches: voting.length,
    agreeing,
    abstaining: votes.length - voting.length,
    share: voting.length > 0 ? agreeing / voting.length : 0,
    medianOffset: offsets[offsets.length >> 1] ?? 0,
    chance: chanceOf(voting.length, agreeing),
  };
}

/** Whether so many patches agree as no wrong board's would. */
export function isConsistent(c: Consistency): boolean {
  return c.share >= LEAST_SHARE && c.chance < RISK;
}

/** Chance of at least `k` agreeing patches of `n` on a wrong board: the upper tail of a binomial distribution. */
function chanceOf(n: number, k: number): number {
  let term = (1 - CHANCE) ** n;
  let below = 0;
  for (let i = 0; i < k; i++) {
    below += term;
    term *= ((n - i) / (i + 1)) * (CHANCE / (1 - CHANCE));
  }
  // Summed from above where it is small: 1 − below would drown in rounding.
  if (below < 0.99) return 1 - below;
  let above = 0;
  for (let i = k; i <= n; i++) {
    above += term;
    term *= ((n - i) / (i + 1)) * (CHANCE / (1 - CHANCE));
  }
  return above;
}

/**
 * Moves patches of the moving picture about their place on the photo and finds where each has most mutual information
 * with it. On the right board most patches stay; on a wrong one, where only the whole was fitted, they scatter.
 */
export function patchVotes(moving: BinnedMoving, photo: Level, map: Matrix3, labels: boolean): PatchVote[] {
  const { width, height } = moving;
  const side = Math.min(PATCH, width, height);
  const columns = Math.floor(width / side);
  const rows = Math.floor(height / side);
  const logs = logTable(side * side);
  const places: Patch[] = [];
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++) {
      const left = Math.max(0, Math.round(((i + 0.5) * width) / columns - side / 2));
      const top = Math.max(0, Math.round(((j + 0.5) * height) / rows - side / 2));
      const patch = patchOf(
        moving,
        Math.min(left, width - side),
        Math.min(top, height - side),
        side,
        labels,
        logs,
      );
      if (patch) places.push(patch);
    }
  const some = places.filter(
    (_, i) => Math.floor(((i + 1) * MOST) / places.length) > Math.floor((i * MOST) / places.length),
  );
  return (places.length > MOST ? some : places).flatMap(
    (patch) => patchVote(patch, moving.factor, photo, map) ?? [],
  );
}

function patchVote(patch: Patch, factor: number, photo: Level, map: Matrix3): PatchVote | undefined {
  const { left, top, side } = patch;
  const wide = side + 2 * REACH;
  const { window, outside } = windowAround(patch, wide, factor, photo, map);
  // Labels are judged by how strong edges are, which the photo's rim would spoil.
  if (outside > (patch.borders ? 0 : MOST_OUTSIDE * window.length)) return undefined;
  const values = patch.borders
    ? edgesAt(patch.borders, side, window, wide)
    : informationAt(patch, window, wide);
  if (!values) return undefined;
  let best = -1;
  let bx = 0;
  let by = 0;
  let sum = 0;
  let stay = -1;
  for (let dy = -REACH, i = 0; dy <= REACH; dy++)
    for (let dx = -REACH; dx <= REACH; dx++, i++) {
      const value = values[i]!;
      sum += value;
      if (value > stay && dx * dx + dy * dy <= NEAR * NEAR) stay = value;
      if (value > best) {
        best = value;
        bx = dx;
        by = dy;
      }
    }
  const mean = sum / values.length;
  const near = bx * bx + by * by <= NEAR * NEAR;
  const says = near ? "here" : stay - mean >= AS_GOOD * (best - mean) ? "nothing" : "elsewhere";
  return { x: left + side / 2, y: top + side / 2, dx: bx, dy: by, says };
}

/** The photo around a patch, resampled at the patch's pixels: then every offset is a whole number. */
function windowAround(
  { left, top }: Patch,
  wide: number,
  factor: number,
  photo: Level,
  [m0, m1, m2, m3, m4, m5, m6, m7, m8]: Matrix3,
): { window: Float32Array; outside: number } {
  const { width, height, data } = photo;
  const off = (factor - 1) / 2;
  const poff = (photo.factor - 1) / 2;
  const window = new Float32Array(wide * wide);
  let outside = 0;
  for (let j = 0, i = 0; j < wide; j++) {
    const y = (top + j - REACH) * factor + off;
    for (let k = 0; k < wide; k++, i++) {
      const x = (left + k - REACH) * factor + off;
      const w = m6 * x + m7 * y + m8;
      const qx = ((m0 * x + m1 * y + m2) / w - poff) / photo.factor;
      const qy = ((m3 * x + m4 * y + m5) / w - poff) / photo.factor;
      if (!(qx >= 0 && qy >= 0 && qx < width - 1 && qy < height - 1)) {
        window[i] = OUTSIDE;
        outside++;
        continue;
      }
      const x0 = qx | 0;
      const y0 = qy | 0;
      const fx = qx - x0;
      const q = y0 * width + x0;
      const a = data[q]! + (data[q + 1]! - data[q]!) * fx;
      const b = data[q + width]! + (data[q + width + 1]! - data[q + width]!) * fx;
      window[i] = a + (b - a) * (qy - y0);
    }
  }
  return { window, outside };
}

/** Mutual information of a patch with the window at every offset, row by row; undefined where the window is flat. */
function informationAt(
  { of, bins, side, logs }: Patch,
  window: Float32Array,
  wide: number,
): Values | undefined {
  const there = binned(window);
  if (!there) return undefined;
  // Every other pixel, as on a chessboard: where it lies in the window, and its row of the histogram.
  const count = Math.ceil((side * side) / 2);
  const places = new Int32Array(count);
  const row = new Int32Array(count);
  let n = 0;
  for (let y = 0; y < side; y++)
    for (let x = y & 1; x < side; x += 2) {
      places[n] = y * wide + x;
      row[n++] = of[y * side + x]! * (BINS + 1);
    }
  const cells = bins * (BINS + 1);
  const joint = new Uint16Array(OFFSETS * cells);
  const sums = margins(bins, BINS);
  const inside = new Int32Array(1);
  const values = new Float64Array(OFFSETS * OFFSETS);
  for (let dy = 0, i = 0; dy < OFFSETS; dy++) {
    countShifts(joint, cells, OFFSETS, n, row, places, there, dy * wide);
    for (let k = 0; k < OFFSETS; k++) {
      const sum = informationOf(joint, k * cells, sums, logs, 1, inside);
      values[i++] = Math.max(0, sum) / Math.max(1, inside[0]!);
    }
  }
  return values;
}

/**
 * How strongly the window changes along a label patch's borders at every offset, row by row: labels say where edges are,
 * not which greys there are. The strongest edges are cut to the level of strong ones, or one of them would decide.
 */
function edgesAt(borders: Int32Array, side: number, window: Float32Array, wide: number): Values | undefined {
  const change = new Float32Array(window.length);
  for (let y = 0; y + 1 < wide; y++)
    for (let x = 0; x + 1 < wide; x++) {
      const i = y * wide + x;
      const across = window[i + 1]! - window[i]!;
      const down = window[i + wide]! - window[i]!;
      change[i] = Math.sqrt(across * across + down * down);
    }
  const strong = ranked(change.slice(), change.length, Math.floor(change.length * 0.93))!;
  if (strong < 3) return undefined;
  for (let i = 0; i < change.length; i++) change[i] = Math.min(change[i]!, strong);
  const values = new Float64Array(OFFSETS * OFFSETS);
  for (const at of borders) {
    const from = Math.floor(at / side) * wide + (at % side);
    for (let dy = 0, i = 0; dy < OFFSETS; dy++)
      for (let k = 0, o = from + dy * wide; k < OFFSETS; k++) values[i++]! += change[o++]!;
  }
  return values.map((v) => v / borders.length);
}

/** What is compared, at every offset of a patch. */
type Values = Float64Array;

/** Equal steps between the window's darkest and brightest percent, `BINS` outside; undefined where it is flat. */
function binned(window: Float32Array): Uint8Array | undefined {
  const seen = new Float32Array(window.length);
  let n = 0;
  for (let i = 0; i < window.length; i++) if (window[i] !== OUTSIDE) seen[n++] = window[i]!;
  const low = ranked(seen, n, Math.floor(n * 0.01));
  const high = ranked(seen, n, Math.floor(n * 0.99));
  if (low === undefined || high === undefined || high - low < 6) return undefined;
  const scale = BINS / (high - low);
  const out = new Uint8Array(window.length);
  for (let i = 0; i < out.length; i++) {
    const v = window[i]!;
    out[i] = v === OUTSIDE ? BINS : Math.max(0, Math.min(BINS - 1, Math.floor((v - low) * scale)));
  }
  return out;
}

/** A patch: its corner, side and bins, numbered without gaps; for labels, the pixels at their borders. */
type Patch = Readonly<{
  left: number;
  top: number;
  side: number;
  of: Uint8Array;
  bins: number;
  /** k ln k. */
  logs: Float64Array;
  borders?: Int32Array;
}>;

/** Undefined where nearly all is one bin. */
function patchOf(
  moving: BinnedMoving,
  left: number,
  top: number,
  side: number,
  labels: boolean,
  logs: Float64Array,
): Patch | undefined {
  const counts = new Int32Array(256);
  for (let y = top; y < top + side; y++)
    for (let x = left; x < left + side; x++) counts[moving.of[y * moving.width + x]!]!++;
  if (Math.max(...counts) > 0.97 * side * side) return undefined;
  const numbers = new Uint8Array(256);
  let bins = 0;
  counts.forEach((n, i) => {
    if (n > 0) numbers[i] = bins++;
  });
  const of = new Uint8Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      of[y * side + x] = numbers[moving.of[(top + y) * moving.width + left + x]!]!;
  if (!labels) return { left, top, side, of, bins, logs };
  const borders: number[] = [];
  for (let y = 0; y + 1 < side; y++)
    for (let x = 0; x + 1 < side; x++) {
      const i = y * side + x;
      if (of[i] !== of[i + 1] || of[i] !== of[i + side]) borders.push(i);
    }
  return borders.length < side
    ? undefined
    : { left, top, side, of, bins, logs, borders: Int32Array.from(borders) };
}
