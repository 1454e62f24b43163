import { envelope, layoutCurves } from "../charts/curve.js";
import { binScores, layoutHistogram } from "../charts/histogram.js";
import { layoutProgress, type ProgressPoint } from "../charts/progress.js";
import { scoreAxis } from "../charts/scale.js";
import { drawCurves, drawHistogram, drawProgress } from "../draw/charts.js";
import type { Point } from "../facts/kpi.js";
import { labelName, percent, percentDigits, score, shortPercent } from "../page/format.js";
import { type Html, html } from "../page/html.js";
import { chartFigure, legend, type Section, term } from "../page/parts.js";
import type { LabelRun, Run } from "../read/run.js";
import { value } from "./hero.js";

const WIDTH = 400;

/** The metric over the iterations, the trade between escapes and false alarms, and the scores themselves. */
export function progress(run: Run): Section {
  const measured = run.labels.filter((l) => l.state.measured);
  return {
    id: "progress",
    title: "Progress Overview",
    body:
      measured.length === 0
        ? html`<p class="say">Nothing has been evaluated yet.</p>`
        : html`<p class="say">${headline(run)}</p><div class="charts">${overIterations(run, measured)}${tradeOff(run)}</div>${scoreCharts(run)}${term(
            "Interval",
            "the range in which the true rate lies with 95 % confidence (Clopper–Pearson, exact for small counts).",
          )}`,
  };
}

function headline(run: Run): string {
  const { baseline, best, state } = run;
  const [from, to] = [baseline?.state.measured, best?.state.measured];
  if (!to || !best) return "";
  if (!from || baseline === best)
    return `${labelName(best.label)} is the best so far with ${value(to.value, state.metric)}.`;
  return `${state.metric?.displayName ?? "The metric"} went from ${value(from.value, state.metric)} to ${value(to.value, state.metric)} in ${labelName(best.label).toLowerCase()}.`;
}

function overIterations(run: Run, measured: readonly LabelRun[]): Html {
  const metric = run.state.metric;
  const far = metric?.name === "far_pct";
  const rate = (p: Point | undefined): ProgressPoint | undefined =>
    p && { value: p.far * 100, low: p.farRange.low * 100, high: p.farRange.high * 100 };
  const main = measured.map((l): ProgressPoint | undefined => {
    const m = l.state.measured;
    const p = l.kpi?.used;
    // The interval belongs to the recorded value only where both say the same.
    if (far && p && m && Math.abs(p.far * 100 - m.value) < 1e-6) return rate(p);
    return m && { value: m.value };
  });
  const required = `at ${shortPercent(metric?.recall ?? 1)} recall`;
  const series = [
    { name: far ? required : (metric?.displayName ?? "metric"), points: main },
    ...(far ? [{ name: "at 99 % recall", points: measured.map((l) => rate(l.kpi?.relaxed)) }] : []),
  ];
  const layout = layoutProgress({
    columns: measured.map((l) => ({ name: shortName(l.label, measured.length), best: l === run.best })),
    series,
    target: metric?.target,
    fromZero: !metric || metric.operator.startsWith("<"),
    width: WIDTH,
    height: 250,
  });
  const format = far ? (v: number) => `${percentDigits(v)}\u202f%` : (v: number) => value(v, metric);
  const says = `${metric?.displayName ?? "Metric"} per iteration: ${measured
    .map((l) => `${labelName(l.label)} ${value(l.state.measured?.value ?? Number.NaN, metric)}`)
    .join(", ")}`;
  return chartFigure(
    far ? "False-alarm rate per iteration" : `${metric?.displayName ?? "Metric"} per iteration`,
    `${far ? "bars are 95 % intervals; " : ""}the best is on green${layout.root ? "; square-root scale" : ""}`,
    legend(
      far
        ? [
            { colour: "ink", name: required },
            { colour: "before", name: "at 99 % recall" },
          ]
        : [{ colour: "ink", name: metric?.displayName ?? "metric" }],
    ),
    drawProgress(layout, says, format, far ? (v) => shortPercent(v / 100) : format),
  );
}

function shortName(label: string, n: number): string {
  if (n <= 5) return labelName(label);
  return label === "baseline" ? "base" : label.replace("iter", "it ");
}

/** Baseline beside best; one curve when they are the same. */
function pair(run: Run): readonly LabelRun[] {
  return [run.baseline === run.best ? undefined : run.baseline, run.best].filter(
    (l): l is LabelRun => l?.kpi?.sweep !== undefined && l.kpi.sweep.ng > 0 && l.kpi.sweep.pass > 0,
  );
}

function tradeOff(run: Run): Html | null {
  const shown = pair(run);
  if (shown.length === 0) return null;
  const defects = Math.min(...shown.map((l) => l.kpi?.sweep?.ng ?? 0));
  const layout = layoutCurves({
    curves: shown.map((l) => ({ name: labelName(l.label), points: envelope(l.kpi?.curve ?? []) })),
    from: defects < 30 ? 0.5 : 0.8,
    marks: [0.99, 1],
    target: run.state.metric?.name === "far_pct" ? run.state.metric.target / 100 : undefined,
    width: WIDTH,
    height: 250,
  });
  return chartFigure(
    "What the last defects cost",
    `false-alarm rate (up) to pay for the share of defects caught (right)${layout.root ? "; square-root scale" : ""}`,
    legend(
      shown.map((l, i) =>
        i === shown.length - 1
          ? { colour: "nvidia-green", name: labelName(l.label), kind: "line" as const }
          : { colour: "before", name: labelName(l.label), kind: "dash" as const },
      ),
    ),
    drawCurves(
      layout,
      `False-alarm rate over recall: ${layout.marks.map((m) => `${m.name} ${percent(m.far)} at ${percent(m.recall)}`).join(", ")}`,
    ),
  );
}

function scoreCharts(run: Run): Html | null {
  const shown = [run.baseline === run.best ? undefined : run.baseline, run.best].filter(
    (l): l is LabelRun => (l?.kpi?.scores.rows.length ?? 0) > 0,
  );
  if (shown.length === 0) return null;
  const thresholds = shown.flatMap((l) => l.kpi?.used?.threshold ?? []);
  const all = Float64Array.from(shown.flatMap((l) => [...(l.kpi?.scores.scores ?? [])]));
  const axis = scoreAxis(all, thresholds);
  const binned = shown.map((l) => ({
    l,
    bins: binScores(l.kpi?.scores.scores ?? [], l.kpi?.scores.ng ?? [], axis, 44),
  }));
  const top = Math.max(1, ...binned.flatMap((b) => [...b.bins.pass, ...b.bins.ng]));
  return html`<h3>Scores of the KPI set</h3><p class="note">Good parts rise, defects hang. A clean model leaves a gap between them; the line is the threshold, everything right of it is called NG. Counts are on a square-root scale${
    axis.kind === "logit" ? ", scores on a log-odds scale so that both ends can be seen" : ""
  }.</p>${legend([
    { colour: "fill-pass", name: "PASS (good)" },
    { colour: "fill-ng", name: "NG (defect)" },
  ])}<div class="charts">${binned.map(({ l, bins }) => {
    const used = l.kpi?.used;
    return chartFigure(
      labelName(l.label),
      used
        ? `threshold ${score(used.threshold)}: ${used.falseAlarms} false alarms, ${used.escapes} escapes`
        : null,
      null,
      drawHistogram(
        layoutHistogram({ bins, axis, threshold: used?.threshold, top, width: WIDTH, height: 220 }),
        `Score histogram of ${labelName(l.label)}`,
      ),
    );
  })}</div>`;
}
