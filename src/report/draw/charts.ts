import type { CompareLayout, GaugeLayout } from "../charts/compare.js";
import type { CurveLayout } from "../charts/curve.js";
import { type HistogramLayout, tickAnchor } from "../charts/histogram.js";
import type { ProgressLayout } from "../charts/progress.js";
import type { RangeBar, RangesLayout } from "../charts/ranges.js";
import type { StackLayout } from "../charts/stack.js";
import { count, percent, plural, shortPercent } from "../page/format.js";
import type { Html } from "../page/html.js";
import { dot, label, line, path, rect, svg, yAxis } from "./svg.js";

/** Value, interval and target on one line. */
export function drawGauge(g: GaugeLayout, says: string, format: (v: number) => string): Html {
  const { y, left, right } = g.axis;
  return svg(g.width, g.height, says, [
    rect(g.good[0], y - 9, g.good[1] - g.good[0], 18, "zone-good"),
    line(left, y, right, y, "axis"),
    ...g.ticks.flatMap((t, i) => [
      line(t.x, y - 3, t.x, y + 3, "axis"),
      label(t.x, y + 24, format(t.value), i === 0 ? "start" : "middle"),
    ]),
    line(g.target, y - 15, g.target, y + 12, "target"),
    label(g.target, y - 20, "target", g.target > g.width - 40 ? "end" : "middle", "t strong"),
    line(g.low, y, g.high, y, "range"),
    line(g.low, y - 6, g.low, y + 6, "range-end"),
    line(g.high, y - 6, g.high, y + 6, "range-end"),
    dot(g.value, y, 6.5, "value"),
  ]);
}

/** KPI per iteration with intervals. The first series is drawn in full, the second lighter. */
export function drawProgress(
  p: ProgressLayout,
  says: string,
  format: (v: number) => string,
  tick: (v: number) => string,
): Html {
  return svg(p.width, p.height, says, [
    ...yAxis(p.yTicks, p.plot, tick),
    ...p.columns.flatMap((c) => [
      ...(c.best ? [rect(c.x - 30, p.plot.top - 4, 60, p.plot.bottom - p.plot.top + 4, "best-band")] : []),
      label(c.x, p.plot.bottom + 17, c.name, "middle", c.best ? "t strong" : "t"),
    ]),
    ...(p.targetY === undefined
      ? []
      : [
          line(p.plot.left, p.targetY, p.plot.right, p.targetY, "target dash"),
          label(p.plot.right, p.targetY - 5, "target", "end", "t strong"),
        ]),
    ...p.series.flatMap((s, k) => [
      path(
        s.points.map((pt) => [pt.x, pt.y] as const),
        `trend s${k}`,
      ),
      ...s.points.flatMap((pt) => [
        line(pt.x, pt.low, pt.x, pt.high, `whisker s${k}`),
        dot(pt.x, pt.y, k === 0 ? 5 : 3.8, `mark s${k}`, `${s.name}: ${format(pt.value)}`),
        ...(k === 0 ? [label(pt.x - 9, pt.y + 4, format(pt.value), "end", "t strong halo")] : []),
      ]),
    ]),
  ]);
}

/** PASS above, NG below the middle line. */
export function drawHistogram(h: HistogramLayout, says: string): Html {
  const { plot, middle } = h;
  const onRight = h.thresholdX !== undefined && h.thresholdX < (plot.left + plot.right) / 2;
  return svg(h.width, h.height, says, [
    ...h.yTicks.flatMap((t) => [
      line(plot.left, t.up, plot.right, t.up, "grid"),
      line(plot.left, t.down, plot.right, t.down, "grid"),
      label(plot.left - 5, t.up + 3.6, count(t.value), "end"),
      label(plot.left - 5, t.down + 3.6, count(t.value), "end"),
    ]),
    ...h.pass.map((b) => rect(b.x, b.y, b.width, b.height, "f-pass", plural(b.count, "good part"))),
    ...h.ng.map((b) => rect(b.x, b.y, b.width, b.height, "f-ng", plural(b.count, "defect"))),
    line(plot.left, middle, plot.right, middle, "axis"),
    ...h.xTicks.map((t) => label(t.x, plot.bottom + 16, tickScore(t.value), tickAnchor(t.x, h.width))),
    ...(h.thresholdX === undefined
      ? []
      : [
          line(h.thresholdX, plot.top - 8, h.thresholdX, plot.bottom, "threshold"),
          label(
            h.thresholdX + (onRight ? 5 : -5),
            plot.top - 1,
            "NG ▸",
            onRight ? "start" : "end",
            "t strong halo",
          ),
        ]),
  ]);
}

/** FAR over recall. Curve 0 is drawn grey and dashed (before), the last one full (after). */
export function drawCurves(c: CurveLayout, says: string): Html {
  const cls = (i: number) => (i === c.lines.length - 1 ? "after" : "before");
  return svg(c.width, c.height, says, [
    ...yAxis(c.yTicks, c.plot, shortPercent),
    ...c.xTicks.map((t) =>
      label(t.x, c.plot.bottom + 17, shortPercent(t.value), t.x > c.width - 40 ? "end" : "middle"),
    ),
    ...(c.targetY === undefined
      ? []
      : [
          line(c.plot.left, c.targetY, c.plot.right, c.targetY, "target dash"),
          label(c.plot.left + 4, c.targetY - 5, "target", "start", "t strong halo"),
        ]),
    ...c.lines.map((l, i) => path(l.path, `step ${cls(i)}`)),
    ...c.marks.map((m) => {
      const i = c.lines.findIndex((l) => l.name === m.name);
      return dot(
        m.x,
        m.y,
        4,
        `mark ${cls(i)}`,
        `${m.name}: ${percent(m.far)} FAR at ${percent(m.recall)} recall`,
      );
    }),
  ]);
}

/** Stacked bars; `classOf` names the fill of a part. */
export function drawStack(
  s: StackLayout,
  says: string,
  classOf: (key: string) => string,
  format: (v: number) => string = count,
): Html {
  return svg(s.width, s.height, says, [
    ...s.rows.flatMap((row) => [
      label(0, row.y + row.height / 2 + 4, row.name, "start"),
      ...row.parts.map((p) =>
        rect(
          p.x,
          row.y,
          Math.max(0.8, p.width - 0.8),
          row.height,
          classOf(p.key),
          `${p.key}: ${format(p.value)}`,
        ),
      ),
      label(row.end + 6, row.y + row.height / 2 + 4, format(row.total), "start", "t strong"),
    ]),
  ]);
}

/** Before → after per row. */
export function drawCompare(c: CompareLayout, says: string): Html {
  return svg(c.width, c.height, says, [
    ...c.xTicks.flatMap((t) => [
      line(t.x, c.plot.top, t.x, c.plot.bottom, "grid"),
      label(t.x, c.plot.bottom + 16, shortPercent(t.value), "middle"),
    ]),
    ...c.rows.flatMap((r) => [
      label(c.plot.left - 12, r.y + 4, r.name, "end", "t name"),
      ...(r.before === undefined || r.after === undefined
        ? []
        : [line(r.before, r.y, r.after, r.y, r.after > r.before ? "link worse" : "link")]),
      ...(r.before === undefined ? [] : [dot(r.before, r.y, 4.5, "mark before")]),
      ...(r.after === undefined ? [] : [dot(r.after, r.y, 5.5, "mark after")]),
    ]),
  ]);
}

/** Score ranges per class: the line is the whole range, the bar the middle half, the notch the median. */
export function drawRanges(r: RangesLayout, says: string): Html {
  const bar = (b: RangeBar, side: "before" | "after", fill: string) => [
    line(b.low, b.y, b.high, b.y, `spread ${side}`),
    rect(b.q1, b.y - (side === "after" ? 3.5 : 2.5), b.q3 - b.q1, side === "after" ? 7 : 5, fill),
    line(b.median, b.y - 4, b.median, b.y + 4, "median"),
  ];
  return svg(r.width, r.height, says, [
    ...r.xTicks.flatMap((t) => [
      line(t.x, r.plot.top, t.x, r.plot.bottom, "grid"),
      label(t.x, r.plot.bottom + 16, tickScore(t.value), tickAnchor(t.x, r.width)),
    ]),
    ...(r.before === undefined
      ? []
      : [line(r.before, r.plot.top - 4, r.before, r.plot.bottom, "threshold before")]),
    ...(r.after === undefined ? [] : [line(r.after, r.plot.top - 4, r.after, r.plot.bottom, "threshold")]),
    ...r.rows.flatMap((row) => [
      label(r.plot.left - 12, row.y + 4, row.name, "end", "t name"),
      ...(row.before ? bar(row.before, "before", "f-before") : []),
      ...(row.after ? bar(row.after, "after", row.ng ? "f-ng" : "f-pass") : []),
    ]),
  ]);
}

function tickScore(value: number): string {
  return String(value);
}
