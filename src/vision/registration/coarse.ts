import type { Frame } from "./frame.js";
import { countShifts, informationOf, logTable, margins } from "./histograms.js";
import { LEAST_INSIDE } from "./mutual-information.js";
import { type Level, scaleFixed } from "./pyramid.js";
import type { Range } from "./ranges.js";
import type { Samples } from "./samples.js";
import type { Matrix3 } from "./types.js";

/** Grey bins of the photo in the coarse search, and of a moving picture without classes. */
export const COARSE_BINS = 16;

/** Bin of the space around the photo. */
const OUTSIDE = COARSE_BINS;
const STRIDE = COARSE_BINS + 1;

export type Start = Readonly<{ map: Matrix3; value: number }>;

/** A turn and two scales that the coarse search tries with every shift. */
type Pose = Readonly<{ angle: number; sx: number; sy: number }>;

/**
 * Mutual information times coverage at every whole-pixel shift of the level, for every turn and scale of the range in
 * steps of about `step` level pixels at the border. Returns the best `most` places, no two of one pose and its
 * neighbours closer than two pixels: regular pitch makes many false summits.
 */
export function coarseSearch(
  samples: Samples,
  bins: number,
  photo: Level,
  frame: Frame,
  range: Range,
  { most, step }: { most: number; step: number },
): Start[] {
  const reach = Math.ceil(range.shift / photo.factor);
  const grid = paddedBins(photo, frame, range, reach);
  const meter = shiftMeter(samples, bins, grid, reach);
  const border = frame.radius / photo.factor;
  const found: Found[] = [];
  for (const pose of poses(range, step / border)) {
    meter.place(
      pose,
      border,
      (frame.fx - (photo.factor - 1) / 2) / photo.factor,
      (frame.fy - (photo.factor - 1) / 2) / photo.factor,
    );
    const values = meter.values();
    const side = 2 * reach + 1;
    // Summits only: nothing around is higher.
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const value = values[y * side + x]!;
        if (value > 0 && isSummit(values, side, x, y))
          found.push({ pose, dx: x - reach, dy: y - reach, value });
      }
  }
  found.sort((a, b) => b.value - a.value);
  const kept: Found[] = [];
  for (const f of found) {
    if (kept.length === most) break;
    if (!kept.some((k) => near(k, f, step / border))) kept.push(f);
  }
  return kept.map(({ pose, dx, dy, value }) => {
    const { angle, sx, sy } = pose;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return { map: [sx * c, -sx * s, dx / border, sy * s, sy * c, dy / border, 0, 0, 1], value };
  });
}

type Found = Readonly<{ pose: Pose; dx: number; dy: number; value: number }>;

function near(a: Found, b: Found, step: number): boolean {
  return (
    Math.abs(a.dx - b.dx) <= 2 &&
    Math.abs(a.dy - b.dy) <= 2 &&
    Math.abs(a.pose.angle - b.pose.angle) < 1.6 * step &&
    Math.abs(a.pose.sx - b.pose.sx) < 1.6 * step &&
    Math.abs(a.pose.sy - b.pose.sy) < 1.6 * step
  );
}

function isSummit(values: Float32Array, side: number, x: number, y: number): boolean {
  const here = values[y * side + x]!;
  for (let j = Math.max(0, y - 1); j <= Math.min(side - 1, y + 1); j++)
    for (let i = Math.max(0, x - 1); i <= Math.min(side - 1, x + 1); i++)
      if (values[j * side + i]! > here) return false;
  return true;
}

/** Every turn with every scale. One axis' scales are taken for both where they are to be equal. */
function poses(range: Range, step: number): Pose[] {
  const angles = stops(range.rotation, step);
  const xs = stops(range.scaleX, step);
  const ys = stops(range.scaleY, step);
  return angles.flatMap((angle) =>
    xs.flatMap((sx) => (range.isotropic ? [sx] : ys).map((sy) => ({ angle, sx, sy }))),
  );
}

/** Evenly from one end to the other, no further apart than `step`. */
function stops([from, to]: readonly [number, number], step: number): number[] {
  const n = Math.max(1, Math.ceil((to - from) / step - 1e-9) + 1);
  if (to - from < step / 2) return [(from + to) / 2];
  return Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
}

type Grid = Readonly<{ width: number; pad: number; data: Uint8Array }>;

/** The photo's bins with so much outside around that no sample of any pose and shift leaves it. */
function paddedBins(photo: Level, frame: Frame, range: Range, reach: number): Grid {
  const scale = Math.max(range.scaleX[1], range.scaleY[1]);
  const far = Math.ceil((scale * Math.hypot(frame.mx, frame.my)) / photo.factor) + reach + 2;
  const pad = Math.max(0, far - Math.floor(Math.min(frame.fx, frame.fy) / photo.factor)) + 1;
  const { width, height, data } = scaleFixed(photo, 0, COARSE_BINS - 0.001);
  const wide = width + 2 * pad;
  const out = new Uint8Array(wide * (height + 2 * pad)).fill(OUTSIDE);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) out[(y + pad) * wide + x + pad] = data[y * width + x]! | 0;
  return { width: wide, pad, data: out };
}

/** Values at all shifts for one pose after another. */
function shiftMeter({ count, u, v, bin }: Samples, bins: number, grid: Grid, reach: number) {
  const side = 2 * reach + 1;
  const cells = bins * STRIDE;
  const values = new Float32Array(side * side);
  const joint = new Uint16Array(side * cells);
  const sums = margins(bins, COARSE_BINS);
  const inside = new Int32Array(1);
  const base = new Int32Array(count);
  const row = new Int32Array(count);
  for (let i = 0; i < count; i++) row[i] = bin[i]! * STRIDE;
  const logs = logTable(count);
  const least = LEAST_INSIDE * count;

  return {
    place({ angle, sx, sy }: Pose, border: number, ox: number, oy: number): void {
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let i = 0; i < count; i++) {
        const x = Math.round(sx * (c * u[i]! - s * v[i]!) * border + ox) + grid.pad;
        const y = Math.round(sy * (s * u[i]! + c * v[i]!) * border + oy) + grid.pad;
        base[i] = y * grid.width + x;
      }
    },
    values(): Float32Array {
      for (let dy = -reach, o = 0; dy <= reach; dy++) {
        countShifts(joint, cells, side, count, row, base, grid.data, dy * grid.width - reach);
        for (let k = 0; k < side; k++) {
          const sum = informationOf(joint, k * cells, sums, logs, least, inside);
          // Information is sum / inside; times the coverage inside / count.
          values[o++] = Math.max(0, sum) / count;
        }
      }
      return values;
    },
  };
}
