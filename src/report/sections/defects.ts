import { layoutCompare } from "../charts/compare.js";
import { layoutRanges, spreadOf } from "../charts/ranges.js";
import { scoreAxis } from "../charts/scale.js";
import { drawCompare, drawRanges } from "../draw/charts.js";
import { classFacts } from "../facts/classes.js";
import { count, labelName, percent, plural, score } from "../page/format.js";
import { type Html, type HtmlPart, html } from "../page/html.js";
import { chartFigure, legend, type Section, table } from "../page/parts.js";
import { labelOrder } from "../read/growth.js";
import type { Run } from "../read/run.js";

/** Which defect classes decide the KPI, before and after: the effect of the added data per class. */
export function defectTypes(run: Run): Section {
  const { best, baseline } = run;
  const after = best?.kpi && classFacts(best.kpi.scores, best.kpi.used?.threshold);
  const title = "Defect Type Analysis";
  if (!best || !after || after.length === 0)
    return { id: "defects", title, body: html`<p class="say">No scored defects to compare.</p>` };
  const compared = baseline?.kpi && baseline !== best;
  const before = new Map(
    (compared ? classFacts(baseline.kpi.scores, baseline.kpi.used?.threshold) : []).map((c) => [c.label, c]),
  );
  const grown = best.growth?.byLabel ?? {};
  const start = baseline?.growth?.byLabel ?? {};
  const worse = after.filter((c) => c.cost > (before.get(c.label)?.cost ?? Number.POSITIVE_INFINITY) + 1e-9);
  const rows = after.map((c): HtmlPart[] => {
    const b = before.get(c.label);
    const first = start[c.label] ?? 0;
    const now = grown[c.label] ?? first;
    return [
      html`<span class="tag ng">${c.label}</span>`,
      count(c.n),
      b ? html`${percent(b.cost)} → ${percent(c.cost)}` : percent(c.cost),
      b ? html`${score(b.weakest)} → ${score(c.weakest)}` : score(c.weakest),
      b ? `${count(b.escapes)} → ${count(c.escapes)}` : count(c.escapes),
      now === first ? count(now) : `${count(first)} → ${count(now)}`,
    ];
  });
  const [dearest] = after;
  return {
    id: "defects",
    title,
    body: html`<p class="say">${
      dearest && dearest.cost > 0
        ? `“${dearest.label}” costs most: catching all ${count(dearest.n)} of its samples rejects ${percent(dearest.cost)} of the good parts.`
        : "No class costs a single false alarm: every defect scores above every good part."
    }</p>${
      worse.length > 0 &&
      html`<p class="warn">${plural(worse.length, "class", "classes")} got harder since the baseline: ${worse.map((c) => c.label).join(", ")}.</p>`
    }<p class="note">The cost of a class is the false-alarm rate that is needed to catch all of its defects. It tells which class to collect data for.</p><div class="charts">${chartFigure(
      "Cost per class",
      compared ? "false-alarm rate needed; square-root scale" : "false-alarm rate needed",
      legend([
        ...(compared ? [{ colour: "before", name: labelName("baseline") }] : []),
        { colour: "nvidia-green", name: labelName(best.label) },
      ]),
      drawCompare(
        layoutCompare({
          rows: after.map((c) => ({
            name: shorten(c.label),
            before: before.get(c.label)?.cost,
            after: c.cost,
          })),
          width: 420,
        }),
        `Cost per class: ${after.map((c) => `${c.label} ${percent(c.cost)}`).join(", ")}`,
      ),
    )}${scoreRanges(run)}</div>${table(
      [
        { head: "Defect" },
        { head: "KPI rows", numeric: true },
        { head: "Cost (FAR)", numeric: true },
        { head: "Weakest score", numeric: true },
        { head: "Escapes", numeric: true },
        { head: "Training rows", numeric: true },
      ],
      rows,
    )}`,
  };
}

/** Where each class scores, the good parts first: overlap with them is what costs. */
function scoreRanges(run: Run): Html | null {
  const { best, baseline } = run;
  const after = best?.kpi;
  if (!after) return null;
  const before = baseline !== best ? baseline?.kpi : undefined;
  const labels = [...new Set(after.scores.rows.map((r) => (r.ng ? r.label : "PASS")))].sort(labelOrder);
  const spread = (kpi: typeof after | undefined, label: string) =>
    kpi && spreadOf(kpi.scores.rows.filter((r) => (r.ng ? r.label : "PASS") === label).map((r) => r.score));
  const thresholds = [before?.used?.threshold, after.used?.threshold].filter(
    (t): t is number => t !== undefined,
  );
  const axis = scoreAxis([...after.scores.scores, ...(before?.scores.scores ?? [])], thresholds);
  const layout = layoutRanges({
    rows: labels.map((label) => ({
      name: shorten(label),
      ng: label !== "PASS",
      before: spread(before, label),
      after: spread(after, label),
    })),
    axis,
    before: before?.used?.threshold,
    after: after.used?.threshold,
    width: 420,
  });
  return chartFigure(
    "Scores per class",
    "line: all rows, bar: middle half, upright: threshold",
    legend([
      ...(before ? [{ colour: "before", name: labelName("baseline") }] : []),
      { colour: "fill-pass", name: `PASS, ${labelName(best.label)}` },
      { colour: "fill-ng", name: `NG, ${labelName(best.label)}` },
    ]),
    drawRanges(layout, `Score ranges of ${labels.join(", ")}`),
  );
}

function shorten(label: string): string {
  return label.length > 20 ? `${label.slice(0, 19)}…` : label;
}
