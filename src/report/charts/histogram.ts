import { linearScale, rootScale, type Scale, type ScoreAxis } from "./scale.js";

/** Counts of PASS and NG per bin; bins have equal width along the axis. */
export type Bins = Readonly<{ pass: Uint32Array; ng: Uint32Array }>;

/** Sorts scores into bins along the axis. The last bin includes its right edge; NaN scores are left out. */
export function binScores(
  scores: ArrayLike<number>,
  ng: ArrayLike<number>,
  axis: ScoreAxis,
  bins: number,
): Bins {
  const pass = new Uint32Array(bins);
  const bad = new Uint32Array(bins);
  for (let i = 0; i < scores.length; i++) {
    const value = scores[i] as number;
    if (!Number.isFinite(value)) continue;
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(axis.unit(value) * bins)));
    const side = ng[i] ? bad : pass;
    side[bin] = (side[bin] as number) + 1;
  }
  return { pass, ng: bad };
}

export type HistogramBar = Readonly<{ x: number; y: number; width: number; height: number; count: number }>;

export type HistogramLayout = Readonly<{
  width: number;
  height: number;
  middle: number;
  pass: readonly HistogramBar[];
  ng: readonly HistogramBar[];
  xTicks: readonly { x: number; value: number }[];
  yTicks: readonly { up: number; down: number; value: number }[];
  thresholdX: number | undefined;
  plot: Readonly<{ left: number; right: number; top: number; bottom: number }>;
}>;

/**
 * A mirrored histogram: PASS rises above the middle line, NG hangs below, counts on a square-root scale so that
 * one false alarm is still seen. `top` (the largest count) is shared between panels that are compared.
 */
export function layoutHistogram(o: {
  bins: Bins;
  axis: ScoreAxis;
  threshold?: number;
  top: number;
  width: number;
  height: number;
}): HistogramLayout {
  const plot = { left: 34, right: o.width - 10, top: 16, bottom: o.height - 24 };
  const middle = (plot.top + plot.bottom) / 2;
  const half = middle - plot.top;
  const tall: Scale = rootScale(o.top, [0, half]);
  const x = linearScale([0, 1], [plot.left, plot.right]);
  const n = o.bins.pass.length;
  const step = (plot.right - plot.left) / n;
  const bars = (counts: Uint32Array, up: boolean): HistogramBar[] =>
    [...counts].flatMap((c, i) => {
      if (c === 0) return [];
      const height = Math.max(1.5, tall(c));
      return [
        { x: plot.left + i * step, y: up ? middle - height : middle, width: step - 0.6, height, count: c },
      ];
    });
  const ticks: number[] = [];
  for (const value of [1, 10, 100, 1000, 1e4, 1e5, 1e6])
    if (value <= o.top && tall(value) - tall(ticks.at(-1) ?? 0) >= 12) ticks.push(value);
  return {
    width: o.width,
    height: o.height,
    middle,
    pass: bars(o.bins.pass, true),
    ng: bars(o.bins.ng, false),
    xTicks: thin(
      o.axis.ticks.map((value) => ({ x: x(o.axis.unit(value)), value })),
      o.width,
    ),
    yTicks: ticks.map((value) => ({
      up: middle - tall(value),
      down: middle + tall(value),
      value,
    })),
    thresholdX: o.threshold === undefined ? undefined : x(o.axis.unit(o.threshold)),
    plot,
  };
}

/** Width of one character of an axis label, and the least space between two labels, in pixels of the drawing. */
const CHARACTER = 6.2;
const SPACE = 10;

/** How a tick's label lies: at the right edge it ends at its tick instead of running over the edge. */
export function tickAnchor(x: number, width: number): "middle" | "end" {
  return x > width - 22 ? "end" : "middle";
}

/** Drops ticks whose label would touch the one kept before. `width` is that of the drawing. */
export function thin<T extends { x: number; value: number }>(ticks: readonly T[], width: number): T[] {
  const kept: T[] = [];
  let right = Number.NEGATIVE_INFINITY;
  for (const tick of ticks) {
    const wide = String(tick.value).length * CHARACTER;
    const left = tick.x - (tickAnchor(tick.x, width) === "end" ? wide : wide / 2);
    if (left < right + SPACE) continue;
    kept.push(tick);
    right = left + wide;
  }
  return kept;
}
