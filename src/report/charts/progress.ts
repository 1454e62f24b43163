import { linearScale, niceTicks, type RateAxis, rateAxis } from "./scale.js";

/** One iteration's measured rate with its interval, in the unit of the axis. */
export type ProgressPoint = Readonly<{ value: number; low?: number; high?: number }>;

export type ProgressLayout = Readonly<{
  width: number;
  height: number;
  plot: Readonly<{ left: number; right: number; top: number; bottom: number }>;
  columns: readonly Readonly<{ x: number; name: string; best: boolean }>[];
  series: readonly Readonly<{
    name: string;
    points: readonly Readonly<{ x: number; y: number; low: number; high: number; value: number }>[];
  }>[];
  yTicks: readonly { y: number; value: number }[];
  targetY: number | undefined;
  /** The value axis is a square root. */
  root: boolean;
}>;

/**
 * KPI per iteration: one column each, several series side by side (FAR at 100 % and at 99 % recall), each a dot
 * with its interval. Intervals that leave the plot are cut at its edge.
 */
export function layoutProgress(o: {
  columns: readonly Readonly<{ name: string; best: boolean }>[];
  series: readonly Readonly<{ name: string; points: readonly (ProgressPoint | undefined)[] }>[];
  target?: number;
  /** Axis must not start at zero for metrics where more is better and values crowd near the top. */
  fromZero?: boolean;
  width: number;
  height: number;
}): ProgressLayout {
  const plot = { left: 40, right: o.width - 12, top: 16, bottom: o.height - 26 };
  const values = o.series.flatMap((s) =>
    s.points.flatMap((p) => (p ? [p.value, p.high ?? p.value, p.low ?? p.value] : [])),
  );
  if (o.target !== undefined) values.push(o.target);
  const finite = values.filter(Number.isFinite);
  const axis = valueAxis(finite, o.target, o.fromZero !== false, [plot.bottom, plot.top]);
  const y = axis.scale;
  const cut = (v: number) => Math.min(plot.bottom, Math.max(plot.top, y(v)));
  const slot = (plot.right - plot.left) / Math.max(1, o.columns.length);
  const spread = Math.min(18, slot / (o.series.length + 1));
  const centre = (i: number) => plot.left + slot * (i + 0.5);
  return {
    width: o.width,
    height: o.height,
    plot,
    columns: o.columns.map((c, i) => ({ x: centre(i), name: c.name, best: c.best })),
    series: o.series.map((s, k) => ({
      name: s.name,
      points: s.points.flatMap((p, i) =>
        p && Number.isFinite(p.value)
          ? [
              {
                x: centre(i) + (k - (o.series.length - 1) / 2) * spread,
                y: cut(p.value),
                low: cut(p.low ?? p.value),
                high: cut(p.high ?? p.value),
                value: p.value,
              },
            ]
          : [],
      ),
    })),
    yTicks: axis.ticks.map((t) => ({ y: t.at, value: t.value })),
    root: axis.root,
    targetY: o.target === undefined ? undefined : y(o.target),
  };
}

/** Rates start at zero; for metrics where more is better the axis spans the values. */
function valueAxis(
  values: readonly number[],
  target: number | undefined,
  fromZero: boolean,
  range: readonly [number, number],
): RateAxis {
  const top = Math.max(0, ...values);
  const low = Math.min(...values);
  if (fromZero && !(low < 0)) return rateAxis(top > 0 ? top * 1.03 : 1, target, range, 20);
  const high = Math.max(...values);
  const ticks = niceTicks(low, high > low ? high : low + 1, 4);
  const scale = linearScale([ticks[0] as number, ticks[ticks.length - 1] as number], range);
  return { scale, root: false, ticks: ticks.map((value) => ({ at: scale(value), value })) };
}
