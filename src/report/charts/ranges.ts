import { nameRoom } from "./compare.js";
import { thin } from "./histogram.js";
import { linearScale, type ScoreAxis } from "./scale.js";

/** Five numbers of a group of scores. */
export type Spread = Readonly<{ low: number; q1: number; median: number; q3: number; high: number }>;

/** Smallest, quartiles (nearest rank) and largest; undefined for no values. */
export function spreadOf(values: ArrayLike<number>): Spread | undefined {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  if (sorted.length === 0) return undefined;
  const rank = (q: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] as number;
  return { low: rank(0), q1: rank(0.25), median: rank(0.5), q3: rank(0.75), high: rank(1) };
}

export type RangeBar = Readonly<{
  y: number;
  low: number;
  q1: number;
  median: number;
  q3: number;
  high: number;
}>;

export type RangesLayout = Readonly<{
  width: number;
  height: number;
  plot: Readonly<{ left: number; right: number; top: number; bottom: number }>;
  rows: readonly Readonly<{ name: string; ng: boolean; y: number; before?: RangeBar; after?: RangeBar }>[];
  xTicks: readonly { x: number; value: number }[];
  before: number | undefined;
  after: number | undefined;
}>;

/** The spread of scores per class, before above after, with both thresholds. */
export function layoutRanges(o: {
  rows: readonly Readonly<{ name: string; ng: boolean; before?: Spread; after?: Spread }>[];
  axis: ScoreAxis;
  before?: number;
  after?: number;
  width: number;
}): RangesLayout {
  const pitch = 26;
  const plot = {
    left: nameRoom(o.rows.map((r) => r.name)),
    right: o.width - 16,
    top: 14,
    bottom: 14 + o.rows.length * pitch,
  };
  const inner = linearScale([0, 1], [plot.left, plot.right]);
  const x = (v: number) => inner(o.axis.unit(v));
  const bar = (s: Spread | undefined, y: number): RangeBar | undefined =>
    s && { y, low: x(s.low), q1: x(s.q1), median: x(s.median), q3: x(s.q3), high: x(s.high) };
  return {
    width: o.width,
    height: plot.bottom + 24,
    plot,
    rows: o.rows.map((r, i) => {
      const y = plot.top + (i + 0.5) * pitch;
      const both = r.before !== undefined;
      return {
        name: r.name,
        ng: r.ng,
        y,
        before: bar(r.before, y - 5),
        after: bar(r.after, both ? y + 4 : y),
      };
    }),
    xTicks: thin(
      o.axis.ticks.map((value) => ({ x: x(value), value })),
      o.width,
    ),
    before: o.before === undefined ? undefined : x(o.before),
    after: o.after === undefined ? undefined : x(o.after),
  };
}
