import { layoutGauge } from "../charts/compare.js";
import { drawGauge } from "../draw/charts.js";
import type { Advice } from "../facts/advice.js";
import type { Verdict } from "../facts/verdict.js";
import {
  count,
  interval,
  labelName,
  percent,
  percentDigits,
  plural,
  score,
  shortPercent,
} from "../page/format.js";
import { type Html, html } from "../page/html.js";
import type { Run } from "../read/run.js";
import type { Metric } from "../read/state.js";

/** The answer first: verdict, number with interval, what it rests on, what to do next. */
export function hero(run: Run, verdict: Verdict, advice: readonly Advice[]): Html {
  const { state } = run;
  return html`<div class="hero k-${verdict.kind}" id="verdict">
<span class="status">${verdict.status}</span>
<h1>${verdict.headline}</h1>
<p class="goal">${goalText(run)}</p>
<div class="herogrid"><div>${number(run)}</div>${facts(run, verdict)}</div>
<div class="next"><h2>What to do next</h2><ol class="steps">${advice
    .slice(0, 3)
    .map(
      (a) =>
        html`<li><div><b>${a.what}</b><p>${a.why}</p>${a.command && html`<code>${a.command}</code>`}</div></li>`,
    )}</ol></div>
</div>${state.metric ? "" : html`<p class="warn">The run records no metric contract, so nothing can be compared with a target.</p>`}`;
}

function goalText(run: Run): string {
  const { metric, kpiTarget } = run.state;
  if (metric?.name !== "far_pct") return `Target: ${kpiTarget}`;
  const side = metric.operator === "<" ? "fewer than" : "at most";
  return `Target: ${kpiTarget}. In words: ${side} ${shortPercent(metric.target / 100)} of good parts rejected while ${
    metric.recall === 1 ? "every defect" : `${shortPercent(metric.recall ?? 1)} of the defects`
  } in the KPI set is caught.`;
}

function number(run: Run): Html {
  const { best, baseline, state } = run;
  const measured = best?.state.measured;
  if (!best || !measured) return html`<p class="was">No label has been evaluated yet.</p>`;
  const far = state.metric?.name === "far_pct";
  const used = best.kpi?.used;
  const was = baseline?.state.measured;
  const before =
    was && best !== baseline
      ? html`<p class="was">Baseline: <b>${value(was.value, state.metric)}</b>${
          was.value > 0 && far ? html`, now ${ratio(was.value, measured.value)}` : ""
        }</p>`
      : null;
  return html`<div class="big">${value(measured.value, state.metric)} <small>${far ? "false-alarm rate" : (state.metric?.displayName ?? "")}</small></div>
${before}${
  far && used
    ? html`<p class="was">95 % interval <b>${interval(used.farRange)}</b>: ${plural(used.falseAlarms, "false alarm")} in ${plural(used.pass, "good part")}</p>${beyond(used.farRange.high, measured.passed, state.metric)}${gauge(measured.value, used.farRange, state.metric)}`
    : null
}`;
}

function gauge(
  measured: number,
  range: Readonly<{ low: number; high: number }>,
  metric: Metric | undefined,
): Html | null {
  if (!metric) return null;
  const layout = layoutGauge({
    value: measured,
    low: range.low * 100,
    high: range.high * 100,
    target: metric.target,
    smallerIsBetter: metric.operator.startsWith("<"),
    cap: 100,
    width: 400,
  });
  const says = `Measured ${percentDigits(measured)} percent, interval ${interval(range)}, target ${metric.operator} ${metric.target} percent`;
  return drawGauge(layout, says, (v) => shortPercent(v / 100));
}

/** Says so when the interval of a met target reaches beyond it. */
function beyond(high: number, passed: boolean, metric: Metric | undefined): Html | null {
  if (!passed || !metric || high * 100 <= metric.target) return null;
  return html`<p class="was">The interval reaches beyond the target: the next sample of parts may miss it.</p>`;
}

function facts(run: Run, verdict: Verdict): Html {
  const { best, state } = run;
  const used = best?.kpi?.used;
  const rows: (readonly [string, Html])[] = [];
  if (best) {
    const measured = state.labels.filter((l) => l.measured).length;
    rows.push([
      state.status === "complete" ? "Best model" : "Best so far",
      html`${labelName(best.label)} <span>of ${count(measured)} evaluated</span>`,
    ]);
  }
  const threshold = best?.state.measured?.threshold;
  if (threshold !== undefined)
    rows.push(["Threshold", html`${score(threshold)} <span>a higher score is NG</span>`]);
  if (used) {
    rows.push([
      "Escapes",
      html`${count(used.escapes)} of ${plural(used.defects, "defect")} <span>true rate below ${percent(used.escapeBound)} with 95 % confidence</span>`,
    ]);
    if (best?.kpi?.relaxed)
      rows.push([
        "At 99 % recall",
        html`${percent(best.kpi.relaxed.far)} <span>false alarms, interval ${interval(best.kpi.relaxed.farRange)}</span>`,
      ]);
  }
  if (verdict.claim)
    rows.push([
      "Claim",
      html`${verdict.claim.claim.text}: ${verdict.claim.verdict} <span>bound ${percent(verdict.claim.bound)}, needs n = ${count(verdict.claim.needed)}</span>`,
    ]);
  rows.push(["Run", html`${runText(run)}`]);
  return html`<dl class="facts">${rows.map(([name, v]) => html`<dt>${name}</dt><dd>${v}</dd>`)}</dl>`;
}

function runText(run: Run): string {
  const done = run.labels.filter((l) => l.state.measured && l.label !== "baseline").length;
  const most = run.state.maxIterations;
  return `${plural(done, "iteration")}${most === undefined ? "" : ` of at most ${count(most)}`}, ${run.state.status.replace("_", " ")}`;
}

/** A metric value with its unit. */
export function value(v: number, metric: Metric | undefined): string {
  if (!metric || metric.unit === "%") return `${percentDigits(v)}\u202f%`;
  return `${Number(v.toPrecision(4))}${metric.unit ? `\u202f${metric.unit}` : ""}`;
}

function ratio(before: number, after: number): string {
  if (after === 0) return "none at all";
  const times = before / after;
  if (times >= 1.05) return `${times >= 10 ? Math.round(times) : times.toFixed(1)} times lower`;
  return times < 0.95 ? "higher" : "the same";
}
