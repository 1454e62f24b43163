import type { Pixels } from "../kit/images.js";
import {
  boxBlur,
  gaussianBlur,
  grey,
  mutualDifference,
  type Plane,
  plane,
  quantile,
  registerShift,
  roughness,
  type Shift,
} from "../vision/index.js";
import type { Lightings } from "./types.js";

/** Farthest misalignment of golden and test that is looked for, pixels per axis. */
export const FARTHEST = 12;

/**
 * The ways in which a pair can differ. `level`: grey levels after the light is matched; `detail`: the same after
 * slow changes of light (dirt films, shadows) are taken out; `rough`: variation in
 * every direction, what broken surfaces gain and edges do not.
 */
export const WAYS = ["level", "detail", "rough"] as const;
export type Way = (typeof WAYS)[number];

/** How far, as a multiple of {@link busyness}, good pairs stand out of themselves at most, per way. */
export type Floors = Readonly<Record<Way, number>>;

/** Never believe less than this, in grey levels: quantisation, JPEG, shot noise. */
export const LEAST: Readonly<Record<Way, number>> = { level: 10, detail: 8, rough: 3 };

/** How golden and test of one pair differ, in units of what good pairs show (1 = as much as the worst of them). */
export type PairDifference = Readonly<{
  shift: Shift;
  /** Largest difference over the lightings and ways, slack ±`radius` pixels; 0 where the golden has no pixel. */
  tolerant: Plane;
  /** The same without slack. */
  raw: Plane;
}>;

/** Differences of one way, in grey levels, slack ±`radius` pixels, largest over the lightings. */
export type WayDifference = (way: Way, radius: number) => Plane;

/** Registers a pair and gives its differences on demand. */
export function compare(test: Lightings, golden: Lightings): { shift: Shift; difference: WayDifference } {
  const t0 = grey(test[0] as Pixels);
  // Without slow changes of light, which would pull the registration along gradients and into reflections.
  const shift = registerShift(highPass(t0), highPass(grey(golden[0] as Pixels)), FARTHEST, 0.02);
  const pairs = test.map((image, k) => {
    const t = grey(image);
    return { t, g: matchLight(t, grey(golden[k] as Pixels), shift) };
  });
  const views: Partial<Record<Way, { t: Plane; g: Plane }[]>> = { level: pairs };
  const viewOf = (way: Way): { t: Plane; g: Plane }[] => {
    const change = way === "detail" ? highPass : (p: Plane) => roughness(p, 1.5);
    views[way] ??= pairs.map(({ t, g }) => ({ t: change(t), g: change(g) }));
    return views[way];
  };
  const difference: WayDifference = (way, radius) => {
    const out = plane(t0.width, t0.height);
    for (const { t, g } of viewOf(way)) keepLarger(out, mutualDifference(t, g, radius, shift));
    clearOutside(out, shift);
    return out;
  };
  return { shift, difference };
}

/** The differences of a pair in units of the floors. Two-tone boards are judged by level alone: it is exact. */
export function pairDifference(
  test: Lightings,
  golden: Lightings,
  radius: number,
  floors: Floors,
  ways: readonly Way[],
): PairDifference {
  const { shift, difference } = compare(test, golden);
  const tolerant = plane(test[0].width, test[0].height);
  const raw = plane(test[0].width, test[0].height);
  for (const way of ways) {
    const own = gaussianBlur(difference(way, radius), 0.8);
    const unit = 1 / (floors[way] * busyness(own, way));
    keepLarger(tolerant, scaled(own, unit));
    keepLarger(raw, scaled(gaussianBlur(difference(way, 0), 0.5), unit));
  }
  return { shift, tolerant, raw };
}

/**
 * How much a pair differs all over: the level that a quarter of its pixels exceed. A dirty, glossy or shaky
 * picture has to show more before something stands out of it.
 */
export function busyness(difference: Plane, way: Way): number {
  return Math.max(LEAST[way] / 4, quantile(difference.data, 0.75));
}

function scaled(p: Plane, by: number): Plane {
  return { ...p, data: p.data.map((v) => v * by) };
}

function highPass(p: Plane): Plane {
  const slow = boxBlur(p, 8);
  return { ...p, data: p.data.map((v, i) => v - slow.data[i]) };
}

/** Zero where the golden has no pixel, and two pixels further: there every filter has looked at the border. */
function clearOutside(p: Plane, shift: { dx: number; dy: number }): void {
  const rim = shift.dx === 0 && shift.dy === 0 ? 0 : 2;
  for (let y = 0; y < p.height; y++)
    for (let x = 0; x < p.width; x++) {
      const u = x + shift.dx;
      const v = y + shift.dy;
      if (u < rim || v < rim || u >= p.width - rim || v >= p.height - rim) p.data[y * p.width + x] = 0;
    }
}

function keepLarger(into: Plane, other: Plane): void {
  for (let i = 0; i < into.data.length; i++) if (other.data[i] > into.data[i]) into.data[i] = other.data[i];
}

/**
 * The golden with the light of the test: gain and offset by least squares over blurred pixels, refitted twice
 * without the third that fits worst, so that a defect has no say.
 */
export function matchLight(test: Plane, golden: Plane, shift: { dx: number; dy: number }): Plane {
  const t = gaussianBlur(test, 2);
  const g = gaussianBlur(golden, 2);
  const a: number[] = [];
  const b: number[] = [];
  for (let y = Math.max(0, -shift.dy); y < Math.min(t.height, t.height - shift.dy); y += 2)
    for (let x = Math.max(0, -shift.dx); x < Math.min(t.width, t.width - shift.dx); x += 2) {
      a.push(t.data[y * t.width + x]);
      b.push(g.data[(y + shift.dy) * t.width + x + shift.dx]);
    }
  let use = a.map((_, i) => i);
  let gain = 1;
  let offset = 0;
  for (let round = 0; round < 3; round++) {
    let sa = 0;
    let sb = 0;
    let sbb = 0;
    let sab = 0;
    for (const i of use) {
      sa += a[i];
      sb += b[i];
      sbb += b[i] * b[i];
      sab += a[i] * b[i];
    }
    const n = Math.max(1, use.length);
    const variance = sbb / n - (sb / n) ** 2;
    gain = variance > 25 ? (sab / n - (sa / n) * (sb / n)) / variance : 1;
    gain = Math.max(0.5, Math.min(2, gain));
    offset = sa / n - gain * (sb / n);
    const residual = Float32Array.from(a, (v, i) => Math.abs(v - gain * b[i] - offset));
    const limit = quantile(residual, 0.67);
    if (use.length >= 30) use = use.filter((i) => residual[i] <= limit);
  }
  const out = plane(golden.width, golden.height);
  for (let i = 0; i < out.data.length; i++) out.data[i] = gain * golden.data[i] + offset;
  return out;
}
