import { layoutStack } from "../charts/stack.js";
import { drawStack } from "../draw/charts.js";
import { count, labelName, percent, plural } from "../page/format.js";
import { type HtmlPart, html } from "../page/html.js";
import { chartFigure, legend, type Section, table } from "../page/parts.js";
import { labelOrder, SOURCES } from "../read/growth.js";
import type { Run } from "../read/run.js";

const NAMES = { base: "base training set", mined: "mined real images", synthetic: "synthetic" } as const;

/** How the training set grew, from where and with what (contract 11.3). */
export function growthSection(run: Run): Section {
  const grown = run.labels.filter((l) => l.growth);
  const first = grown[0]?.growth;
  const last = grown.at(-1)?.growth;
  if (!first || !last)
    return {
      id: "growth",
      title: "Training Set Growth",
      body: html`<p class="say">No training table could be read.</p>`,
    };
  const rows = grown.map((l): HtmlPart[] => {
    const g = l.growth as NonNullable<typeof l.growth>;
    const iteration = l.label !== "baseline";
    return [
      labelName(l.label),
      iteration ? count(l.mining?.candidates ?? 0) : "–",
      iteration ? count(l.synthesis?.generated ?? 0) : "–",
      iteration ? count(g.added) : "–",
      count(g.total),
      iteration ? `+${count(g.added)}` : "–",
    ];
  });
  const share = last.total ? last.bySource.synthetic / last.total : 0;
  const labels = [...new Set(grown.flatMap((l) => Object.keys(l.growth?.byLabel ?? {})))].sort(labelOrder);
  return {
    id: "growth",
    title: "Training Set Growth",
    body: html`<p class="say">${
      last.total === first.total
        ? `The training set stayed at ${plural(first.total, "row")}.`
        : `From ${count(first.total)} to ${plural(last.total, "row")}: ${count(last.bySource.mined)} mined from the line's own images, ${count(last.bySource.synthetic)} synthetic. Nothing was removed.`
    }</p>${
      share > 0.5 &&
      html`<p class="warn">${percent(share)} of the training rows are synthetic. Above half, a model may learn the generator instead of the line: add real images.</p>`
    }<div class="charts">${chartFigure(
      "Rows by source",
      null,
      legend(SOURCES.map((s) => ({ colour: `fill-${s}`, name: NAMES[s] }))),
      drawStack(
        layoutStack({
          rows: grown.map((l) => ({ name: labelName(l.label), values: l.growth?.bySource ?? {} })),
          keys: SOURCES,
          width: 400,
        }),
        `Training rows by source: ${grown.map((l) => `${labelName(l.label)} ${l.growth?.total}`).join(", ")}`,
        (key) => `f-${key}`,
      ),
    )}${chartFigure(
      "Defect rows by label",
      "PASS rows are left out, they are in the table",
      html`<ul class="legend">${labels
        .filter((l) => l !== "PASS")
        .map(
          (l, i) =>
            html`<li><svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" rx="2" class="f-${i % 8}"/></svg> ${l}</li>`,
        )}</ul>`,
      drawStack(
        layoutStack({
          rows: grown.map((l) => ({ name: labelName(l.label), values: l.growth?.byLabel ?? {} })),
          keys: labels.filter((l) => l !== "PASS"),
          width: 400,
        }),
        "Training defect rows by label and iteration",
        (key) => `f-${labels.filter((l) => l !== "PASS").indexOf(key) % 8}`,
      ),
    )}</div>${table(
      [
        { head: "Iteration" },
        { head: "KNN Raw Mined", numeric: true },
        { head: "SDG Generated", numeric: true },
        { head: "New Unique Images (After Dedup)", numeric: true },
        { head: "Training Set Total", numeric: true },
        { head: "Δ", numeric: true },
      ],
      rows,
    )}${leaks(run)}`,
  };
}

function leaks(run: Run): HtmlPart {
  const checked = run.labels.filter((l) => l.merge);
  if (checked.length === 0) return null;
  const bad = checked.filter((l) => !l.merge?.ok);
  return html`<p class="note"><b>Leak check.</b> ${
    bad.length === 0
      ? `Every merged table was compared with the validation and KPI images; no training image is among them (${plural(checked.length, "merge")} checked, 0 overlaps).`
      : `${bad.map((l) => labelName(l.label)).join(", ")}: the merge report names problems. Do not trust the numbers before they are cleared.`
  }</p>`;
}
