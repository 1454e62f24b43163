import type { Point } from "../board/board.js";
import { areaOf, depthInside } from "../outline.js";

/** Fine cells per node spacing: how exactly the walls of moved terminations are placed. */
const FINE = 4;

/** A pad's lattice. Nodes lie `step` apart from `x0`, `y0`; `fine` samples are `step / 4` apart. */
export type Lattice = Readonly<{
  outline: readonly Point[];
  x0: number;
  y0: number;
  step: number;
  columns: number;
  rows: number;
  /** Depth inside the outline at every node, row by row. */
  depth: Float64Array;
}>;

/** What stands over the pad, per fine sample: lowest and highest surface above the pad; NaN where nothing is. */
export type Cover = Readonly<{ columns: number; low: Float64Array; high: Float64Array }>;

/** `cells`: node spacings across the pad's shorter side. The outline is convex and counter-clockwise. */
export function latticeOf(outline: readonly Point[], cells: number): Lattice {
  const xs = outline.map((p) => p[0]);
  const ys = outline.map((p) => p[1]);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const shorter = Math.min(right - left, high - low);
  const step = Math.max(shorter / cells, Math.sqrt(areaOf(outline) / 4000));
  const columns = Math.ceil((right - left) / step) + 3;
  const rows = Math.ceil((high - low) / step) + 3;
  const x0 = (left + right) / 2 - ((columns - 1) / 2) * step;
  const y0 = (low + high) / 2 - ((rows - 1) / 2) * step;
  const depth = new Float64Array(columns * rows);
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++)
      depth[j * columns + i] = depthInside(outline, x0 + i * step, y0 + j * step);
  return { outline, x0, y0, step, columns, rows, depth };
}

/**
 * Rasterises triangles (9 numbers each, in the lattice's plane, heights above the pad) to lowest and highest surface per
 * fine sample. Upright triangles cover nothing; closed bodies are complete through their tops and bottoms.
 */
export function coverOf(lattice: Lattice, triangles: ArrayLike<number>): Cover {
  const columns = (lattice.columns - 1) * FINE + 1;
  const rows = (lattice.rows - 1) * FINE + 1;
  const low = new Float64Array(columns * rows).fill(Number.NaN);
  const high = new Float64Array(columns * rows).fill(Number.NaN);
  const scale = FINE / lattice.step;
  for (let t = 0; t + 8 < triangles.length; t += 9) {
    const [ax, ay, az] = [
      (triangles[t]! - lattice.x0) * scale,
      (triangles[t + 1]! - lattice.y0) * scale,
      triangles[t + 2]!,
    ];
    const [bx, by, bz] = [
      (triangles[t + 3]! - lattice.x0) * scale,
      (triangles[t + 4]! - lattice.y0) * scale,
      triangles[t + 5]!,
    ];
    const [cx, cy, cz] = [
      (triangles[t + 6]! - lattice.x0) * scale,
      (triangles[t + 7]! - lattice.y0) * scale,
      triangles[t + 8]!,
    ];
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (Math.abs(area) < 1e-12) continue;
    const i0 = Math.max(0, Math.ceil(Math.min(ax, bx, cx)));
    const i1 = Math.min(columns - 1, Math.floor(Math.max(ax, bx, cx)));
    const j0 = Math.max(0, Math.ceil(Math.min(ay, by, cy)));
    const j1 = Math.min(rows - 1, Math.floor(Math.max(ay, by, cy)));
    for (let j = j0; j <= j1; j++)
      for (let i = i0; i <= i1; i++) {
        const u = ((bx - i) * (cy - j) - (by - j) * (cx - i)) / area;
        const v = ((cx - i) * (ay - j) - (cy - j) * (ax - i)) / area;
        const w = 1 - u - v;
        if (u < -1e-9 || v < -1e-9 || w < -1e-9) continue;
        const z = u * az + v * bz + w * cz;
        const at = j * columns + i;
        if (!(low[at]! <= z)) low[at] = z;
        if (!(high[at]! >= z)) high[at] = z;
      }
  }
  return { columns, low, high };
}

export type SolderInput = Readonly<{
  lattice: Lattice;
  cover: Cover;
  /** Solder on the pad, in cubic units of length. */
  volume: number;
  /** How far solder climbs up a wall, above the pad. */
  climb: number;
  /** Metal whose underside is at most this far above the pad is wetted. */
  reach: number;
  /** Least thickness away from the pad's border. */
  film: number;
}>;

/** Heights above the pad at the lattice's nodes, continued a node beyond borders and walls so that they interpolate. */
export type Solder = Readonly<{ height: Float64Array; volume: number; pressure: number }>;

/**
 * The surface of molten solder on a pad: the linearised Young–Laplace equation `−Δh = p` with the height 0 at the pad's
 * border (where solder is pinned) and the wetted height at metal walls. The one unknown p, the pressure over surface
 * tension, follows from the volume, in which h is linear. Gravity is left out: joints are far smaller than solder's
 * capillary length of about 2.4 mm. Starved joints come out concave, domes and rich ones convex.
 */
export function solderSurface(o: SolderInput): Solder {
  const { columns, rows, step, depth } = o.lattice;
  const wet = wetHeights(o);
  const fineColumns = o.cover.columns;
  const atNode = (i: number, j: number): number => wet[j * FINE * fineColumns + i * FINE]!;
  const free: number[] = [];
  for (let j = 1; j + 1 < rows; j++)
    for (let i = 1; i + 1 < columns; i++)
      if (depth[j * columns + i]! > 0 && Number.isNaN(atNode(i, j))) free.push(j * columns + i);

  // Per free node and direction: share of the step to the next node, border or wall, and the height fixed there.
  const arms = new Float64Array(free.length * 4);
  const fixed = new Float64Array(free.length * 4);
  const moves = [1, -1, columns, -columns];
  const fineMoves = [1, -1, fineColumns, -fineColumns];
  free.forEach((node, n) => {
    const i = node % columns;
    const j = (node - i) / columns;
    const fineNode = j * FINE * fineColumns + i * FINE;
    for (let d = 0; d < 4; d++) {
      let arm = 1;
      let value = Number.NaN;
      const beyond = depth[node + moves[d]!]!;
      if (beyond <= 0) {
        arm = depth[node]! / (depth[node]! - beyond);
        value = 0;
      }
      for (let k = 1; k <= FINE; k++) {
        const height = wet[fineNode + k * fineMoves[d]!]!;
        if (Number.isNaN(height)) continue;
        if ((k - 0.5) / FINE < arm) [arm, value] = [(k - 0.5) / FINE, height];
        break;
      }
      arms[n * 4 + d] = Math.max(arm, 0.08);
      fixed[n * 4 + d] = value;
    }
  });

  const still = new Float64Array(columns * rows);
  const pressed = new Float64Array(columns * rows);
  relax(free, arms, fixed, moves, still, pressed, step, Math.max(columns, rows));

  const cell = step * step;
  let gap = 0;
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++)
      if (depth[j * columns + i]! > 0 && !Number.isNaN(atNode(i, j)))
        gap += Math.max(0, o.cover.low[j * FINE * fineColumns + i * FINE]!) * cell;
  const sum = (field: Float64Array): number => free.reduce((total, node) => total + field[node]! * cell, 0);
  const lift = sum(pressed);
  const pressure = lift > 0 ? (o.volume - gap - sum(still)) / lift : 0;

  const height = new Float64Array(columns * rows);
  let volume = gap;
  const rim = Math.max(step, o.film * 3);
  for (const node of free) {
    const rest = 1 - Math.min(1, depth[node]! / rim);
    height[node] = Math.max(still[node]! + pressure * pressed[node]!, o.film * (1 - rest * rest));
    volume += height[node]! * cell;
  }
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++)
      if (depth[j * columns + i]! > 0 && !Number.isNaN(atNode(i, j))) height[j * columns + i] = atNode(i, j);
  continueBeyond(o, free, arms, fixed, moves, height);
  return { height, volume, pressure };
}

/**
 * Per fine sample: the height to which a wall is wetted; NaN where no metal is in reach. Close to the pad's border solder
 * cannot climb far: pinned there, it meets the wall at its wetting angle of some 22°, so at 2.5 times the distance.
 */
function wetHeights(o: SolderInput): Float64Array {
  const { outline, x0, y0, step } = o.lattice;
  return o.cover.low.map((low, at) => {
    const high = o.cover.high[at]!;
    if (!(low <= o.reach && high > 0)) return Number.NaN;
    const i = at % o.cover.columns;
    const j = (at - i) / o.cover.columns;
    const border = depthInside(outline, x0 + (i * step) / FINE, y0 + (j * step) / FINE);
    return Math.min(high, Math.max(Math.min(o.climb, 2.5 * Math.max(0, border)), low));
  });
}

/** Successive over-relaxation of both right-hand sides at once (Shortley–Weller stars at borders and walls). */
function relax(
  free: readonly number[],
  arms: Float64Array,
  fixed: Float64Array,
  moves: readonly number[],
  still: Float64Array,
  pressed: Float64Array,
  step: number,
  size: number,
): void {
  const weights = new Float64Array(arms.length);
  for (let k = 0; k < arms.length; k += 2) {
    const both = arms[k]! + arms[k + 1]!;
    weights[k] = 2 / (arms[k]! * both);
    weights[k + 1] = 2 / (arms[k + 1]! * both);
  }
  const over = 2 / (1 + Math.sin(Math.PI / size));
  for (let round = 0; round < 4 * size; round++)
    for (let n = 0; n < free.length; n++) {
      const node = free[n]!;
      let total = 0;
      let a = 0;
      let b = step * step;
      for (let k = n * 4, d = 0; d < 4; d++, k++) {
        const w = weights[k]!;
        total += w;
        const value = fixed[k]!;
        if (Number.isNaN(value)) {
          a += w * still[node + moves[d]!]!;
          b += w * pressed[node + moves[d]!]!;
        } else a += w * value;
      }
      still[node]! += over * (a / total - still[node]!);
      pressed[node]! += over * (b / total - pressed[node]!);
    }
}

/** Extrapolates to the nodes just beyond borders and walls: the interpolated surface meets both where they are. */
function continueBeyond(
  o: SolderInput,
  free: readonly number[],
  arms: Float64Array,
  fixed: Float64Array,
  moves: readonly number[],
  height: Float64Array,
): void {
  const { columns, depth } = o.lattice;
  const sums = new Map<number, [sum: number, count: number]>();
  free.forEach((node, n) => {
    for (let d = 0; d < 4; d++) {
      const value = fixed[n * 4 + d]!;
      if (Number.isNaN(value)) continue;
      const next = node + moves[d]!;
      const i = next % columns;
      const top = o.cover.high[((next - i) / columns) * FINE * o.cover.columns + i * FINE]!;
      const reached = height[node]! + (value - height[node]!) / Math.max(arms[n * 4 + d]!, 0.25);
      // Beyond a wall the sheet is inside the metal and must not come out at its top.
      const most = depth[next]! > 0 && top > 0 ? Math.max(value, 0.95 * top) : reached;
      const entry = sums.get(next) ?? [0, 0];
      sums.set(next, [entry[0] + Math.min(reached, most), entry[1] + 1]);
    }
  });
  for (const [node, [sum, count]] of sums) height[node] = sum / count;
}

/** The surface at any place of the pad: bilinear between nodes, never below the pad. */
export function heightAt(lattice: Lattice, height: Float64Array, x: number, y: number): number {
  const { columns, rows, step, x0, y0 } = lattice;
  const u = Math.min(columns - 1.000001, Math.max(0, (x - x0) / step));
  const v = Math.min(rows - 1.000001, Math.max(0, (y - y0) / step));
  const i = Math.floor(u);
  const j = Math.floor(v);
  const [s, t] = [u - i, v - j];
  const at = j * columns + i;
  const low = height[at]! * (1 - s) + height[at + 1]! * s;
  const high = height[at + columns]! * (1 - s) + height[at + columns + 1]! * s;
  return Math.max(0, low * (1 - t) + high * t);
}
