import { defectsNeeded } from "../../metric/claim.js";
import { upperBound } from "../../metric/interval.js";
import { count, percent, plural } from "../page/format.js";
import { type Html, html } from "../page/html.js";
import { type Section, table, term } from "../page/parts.js";
import { labelOrder, tally } from "../read/growth.js";
import type { PlanFacts } from "../read/plan.js";
import type { Run } from "../read/run.js";
import type { Scores } from "../read/scores.js";

/** What is to be solved, in the words of a process engineer. */
export function problem(run: Run): Section {
  const kpi = run.baseline?.kpi;
  const full = kpi?.full;
  return {
    id: "problem",
    title: "Problem Statement",
    body: html`<p class="say">Each inspected crop (test) is compared with the reference crop of the same component (golden). The model gives a score; above the threshold the part is called NG.</p>${
      full &&
      html`<p>The first model, trained on the base set alone, had to reject <b>${percent(full.far)}</b> of the good parts (${count(full.falseAlarms)} of ${count(full.pass)}) to catch all ${count(full.defects)} defects.</p>`
    }${term("Escape", "a defect that is called PASS and reaches the customer.")}${term(
      "False alarm",
      "a good part that is called NG; the false-alarm rate (FAR) is their share of all good parts.",
    )}${term("Recall", "the share of defects that are caught; 100 % means no escape in this set.")}`,
  };
}

/** What the numbers rest on: the KPI set, and what its size can prove. */
export function dataset(run: Run): Section {
  const scores = (run.best ?? run.baseline)?.kpi?.scores;
  return {
    id: "kpi-set",
    title: "KPI Dataset Characteristics",
    body: scores
      ? html`<p class="say">${plural(scores.rows.length, "row")}: ${plural(scores.pass, "good part")} and ${plural(scores.defects, "defect")}${boards(scores)}. The model never saw them in training.</p>${composition(scores)}${proof(scores)}`
      : html`<p class="say">The KPI rows of this run cannot be read.</p>`,
  };
}

function boards(scores: Scores): string {
  const n = new Set(scores.rows.map((r) => r.board).filter(Boolean)).size;
  return n > 0 ? ` on ${plural(n, "board")}` : "";
}

function composition(scores: Scores): Html {
  const byLabel = Object.entries(tally(scores.rows.map((r) => r.label))).sort(([a], [b]) => labelOrder(a, b));
  return table(
    [{ head: "Label" }, { head: "Rows", numeric: true }, { head: "Share", numeric: true }],
    byLabel.map(([label, n]) => [
      html`<span class="tag ${label.toUpperCase() === "PASS" ? "pass" : "ng"}">${label || "(empty)"}</span>`,
      count(n),
      percent(n / scores.rows.length),
    ]),
  );
}

function proof(scores: Scores): Html | null {
  if (scores.defects === 0)
    return html`<p class="warn">Without a defect in the KPI set, recall and threshold are undefined.</p>`;
  const claims = [0.01, 0.005, 0.001].map((limit) => defectsNeeded({ limit, confidence: 0.95 }));
  return html`<p class="note"><b>What this set can prove.</b> Even with no escape at all, ${plural(scores.defects, "defect")} only show that fewer than ${percent(upperBound(0, scores.defects))} of defects escape (95 % confidence). Proving 1 %, 0.5 % or 0.1 % takes ${claims.slice(0, 2).map(count).join(", ")} or ${count(claims[2] as number)} defects without an escape.</p>`;
}

/** How the loop works and how it keeps itself honest. */
export function approach(run: Run, plan: PlanFacts): Section {
  const roles = plan.tables.map(
    (t) => html`<li><b>${t.name}</b> ${count(t.rows ?? 0)} rows, ${count(t.ng ?? 0)} NG</li>`,
  );
  const overlap = run.labels.filter((l) => l.merge && !l.merge.ok).length;
  return {
    id: "approach",
    title: "Approach",
    body: html`<ol class="chain"><li>train</li><li>score the KPI set</li><li>find the weak samples</li><li>mine similar real images</li><li>make synthetic defects</li><li>merge, check leaks</li><li>train again</li></ol>
<p>Only measured improvement counts: an iteration that makes the KPI worse is never the winner. The threshold and the best model are chosen on the KPI set; a release set, if given, is looked at once.</p>${
      roles.length > 0 && html`<ul class="plain">${roles}</ul>`
    }${overlap > 0 && html`<p class="warn">${plural(overlap, "merge")} reported a leak or a missing file.</p>`}${term(
      "Weak sample",
      "a KPI row on the wrong side of the threshold or close to it; it says which kind of data is missing.",
    )}${term("Mining", "searching the pool of production images for the ones most similar to the weak samples.")}`,
  };
}
