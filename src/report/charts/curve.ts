import { linearScale, niceTicks, rateAxis } from "./scale.js";

/** One operating point: the share of defects caught and of good parts rejected, both 0..1. */
export type RatePoint = Readonly<{ recall: number; far: number }>;

/**
 * The lower envelope of operating points: for each reachable recall the smallest FAR, recall ascending, FAR never
 * falling. Points that buy nothing are dropped.
 */
export function envelope(points: readonly RatePoint[]): readonly RatePoint[] {
  const best = new Map<number, number>();
  for (const p of points) {
    if (!Number.isFinite(p.recall) || !Number.isFinite(p.far)) continue;
    best.set(p.recall, Math.min(best.get(p.recall) ?? Number.POSITIVE_INFINITY, p.far));
  }
  const falling = [...best.entries()].sort((a, b) => b[0] - a[0]);
  const kept: RatePoint[] = [];
  let floor = Number.POSITIVE_INFINITY;
  for (const [recall, far] of falling)
    if (far < floor) {
      floor = far;
      kept.push({ recall, far });
    }
  return kept.reverse();
}

/** The FAR that must be paid for at least this recall; undefined when it is out of reach. */
export function farAt(curve: readonly RatePoint[], recall: number): number | undefined {
  return curve.find((p) => p.recall >= recall - 1e-12)?.far;
}

export type CurveLayout = Readonly<{
  width: number;
  height: number;
  plot: Readonly<{ left: number; right: number; top: number; bottom: number }>;
  lines: readonly Readonly<{ name: string; path: readonly (readonly [number, number])[] }>[];
  xTicks: readonly { x: number; value: number }[];
  yTicks: readonly { y: number; value: number }[];
  targetY: number | undefined;
  /** The FAR axis is a square root. */
  root: boolean;
  marks: readonly Readonly<{ name: string; x: number; y: number; recall: number; far: number }>[];
}>;

/**
 * FAR over recall as step curves: to catch the next defect one pays the next false alarms. `from` is the smallest
 * recall shown; `marks` are the recalls whose FAR is pointed out on every curve.
 */
export function layoutCurves(o: {
  curves: readonly Readonly<{ name: string; points: readonly RatePoint[] }>[];
  from: number;
  marks: readonly number[];
  target?: number;
  width: number;
  height: number;
}): CurveLayout {
  const plot = { left: 40, right: o.width - 12, top: 14, bottom: o.height - 24 };
  const inView = o.curves.map((c) => ({ ...c, points: envelope(c.points) }));
  const highest = Math.max(
    0.005,
    (o.target ?? 0) * 1.25,
    ...inView.flatMap((c) => c.points.map((p) => p.far)),
  );
  const x = linearScale([o.from, 1], [plot.left, plot.right]);
  const axis = rateAxis(highest, o.target, [plot.bottom, plot.top], 20);
  const y = axis.scale;
  const lines = inView.map((c) => {
    const path: [number, number][] = [];
    let from = plot.left;
    for (const p of c.points) {
      if (p.recall < o.from) continue;
      path.push([from, y(p.far)], [x(p.recall), y(p.far)]);
      from = x(p.recall);
    }
    return { name: c.name, path };
  });
  const marks = inView.flatMap((c) =>
    o.marks.flatMap((recall) => {
      const far = farAt(c.points, recall);
      return far === undefined ? [] : [{ name: c.name, x: x(recall), y: y(far), recall, far }];
    }),
  );
  return {
    width: o.width,
    height: o.height,
    plot,
    lines,
    xTicks: niceTicks(o.from, 1, 4).map((value) => ({ x: x(value), value })),
    yTicks: axis.ticks.map((t) => ({ y: t.at, value: t.value })),
    root: axis.root,
    targetY: o.target === undefined ? undefined : y(o.target),
    marks,
  };
}
