import { linearScale, niceTicks, rootScale } from "./scale.js";

export type CompareLayout = Readonly<{
  width: number;
  height: number;
  plot: Readonly<{ left: number; right: number; top: number; bottom: number }>;
  rows: readonly Readonly<{
    name: string;
    y: number;
    before: number | undefined;
    after: number | undefined;
  }>[];
  xTicks: readonly { x: number; value: number }[];
}>;

/**
 * Before → after per row (a "dumbbell"): two dots and the line between them, on a square-root axis from zero,
 * because the last tenths of a percent matter as much as the first tens.
 */
export function layoutCompare(o: {
  rows: readonly Readonly<{ name: string; before?: number; after?: number }>[];
  width: number;
}): CompareLayout {
  const pitch = 26;
  const plot = {
    left: nameRoom(o.rows.map((r) => r.name)),
    right: o.width - 16,
    top: 8,
    bottom: 8 + o.rows.length * pitch,
  };
  const values = o.rows.flatMap((r) => [r.before, r.after]).filter((v): v is number => v !== undefined);
  const top = Math.max(0.001, ...values);
  const x = rootScaleOf(top, [plot.left, plot.right]);
  const candidates = [0, ...[0.001, 0.01, 0.05].filter((v) => v < top / 4), ...niceTicks(0, top, 3).slice(1)];
  const xTicks: { x: number; value: number }[] = [];
  for (const value of candidates.filter((v) => v <= top * 1.0001)) {
    const last = xTicks[xTicks.length - 1];
    if (!last || x(value) - last.x >= 40) xTicks.push({ x: x(value), value });
  }
  return {
    width: o.width,
    height: plot.bottom + 24,
    plot,
    rows: o.rows.map((row, i) => ({
      name: row.name,
      y: plot.top + (i + 0.5) * pitch,
      before: row.before === undefined ? undefined : x(row.before),
      after: row.after === undefined ? undefined : x(row.after),
    })),
    xTicks,
  };
}

/** Room for row names on the left of a chart, in its units: about the width of the longest one. */
export function nameRoom(names: readonly string[]): number {
  return Math.min(150, Math.max(56, 20 + 6.6 * Math.max(0, ...names.map((n) => n.length))));
}

/** {@link rootScale} for domains below one. */
function rootScaleOf(top: number, range: readonly [number, number]) {
  const inner = top >= 1 ? rootScale(top, range) : undefined;
  const small = linearScale([0, Math.sqrt(top)], range);
  return inner ?? ((v: number) => small(Math.sqrt(Math.max(0, v))));
}

export type GaugeLayout = Readonly<{
  width: number;
  height: number;
  axis: Readonly<{ left: number; right: number; y: number }>;
  target: number;
  value: number;
  low: number;
  high: number;
  good: readonly [number, number];
  ticks: readonly { x: number; value: number }[];
}>;

/** The measured value and its interval on a line, with the side that meets the target marked. */
export function layoutGauge(o: {
  value: number;
  low: number;
  high: number;
  target: number;
  smallerIsBetter: boolean;
  /** Hard upper end of the unit (100 for percent). */
  cap?: number;
  width: number;
}): GaugeLayout {
  const span = Math.max(o.target * 1.6, o.high * 1.12, o.value * 1.2, 1e-6);
  const ticks = niceTicks(0, Math.min(o.cap ?? Number.POSITIVE_INFINITY, span), 4);
  const end = ticks[ticks.length - 1] as number;
  const axis = { left: 8, right: o.width - 14, y: 40 };
  const x = linearScale([0, end], [axis.left, axis.right]);
  const cut = (v: number) => Math.min(axis.right, Math.max(axis.left, x(v)));
  return {
    width: o.width,
    height: 66,
    axis,
    target: cut(o.target),
    value: cut(o.value),
    low: cut(o.low),
    high: cut(o.high),
    good: o.smallerIsBetter ? [axis.left, cut(o.target)] : [cut(o.target), axis.right],
    ticks: ticks.map((value) => ({ x: x(value), value })),
  };
}
