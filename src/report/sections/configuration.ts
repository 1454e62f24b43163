import type { Verdict } from "../facts/verdict.js";
import { count, labelName, plural } from "../page/format.js";
import { type Html, type HtmlPart, html } from "../page/html.js";
import { details, type Section, table } from "../page/parts.js";
import { number, text, tree } from "../read/json.js";
import type { PlanFacts } from "../read/plan.js";
import type { Run } from "../read/run.js";
import { value } from "./hero.js";

/** What was asked for, with what, and what came of it (contract 11.3, first card). */
export function configuration(run: Run, verdict: Verdict, plan: PlanFacts): Section {
  const { state, best, baseline } = run;
  const config = state.config;
  const done = run.labels.filter((l) => l.label !== "baseline" && l.state.measured).length;
  const synthetic = run.labels.reduce((sum, l) => sum + (l.synthesis?.admitted ?? 0), 0);
  const made = run.labels.reduce((sum, l) => sum + (l.synthesis?.generated ?? 0), 0);
  const was = baseline?.state.measured;
  const rows: (readonly [string, HtmlPart])[] = [
    ["Prompt / Goal", state.kpiTarget],
    ["Model", modelText(run)],
    ["GPU", text(config.gpu_model) ?? "not recorded"],
    ["Baseline (pre-DEFT)", was ? value(was.value, state.metric) : "not evaluated"],
    ["Data Routing", routingText(run)],
    [
      "Iterations × Time",
      `${plural(done, "iteration")} of at most ${state.maxIterations ?? "?"}; times are under “Times”`,
    ],
    ["SDG Images", made ? `${count(synthetic)} admitted of ${count(made)} generated` : "none"],
    [
      "End Result",
      best?.state.measured
        ? `${value(best.state.measured.value, state.metric)} (${labelName(best.label)}), ${verdict.status}`
        : verdict.status,
    ],
  ];
  return {
    id: "configuration",
    title: "Run Configuration & Outcome",
    body: html`<dl class="facts">${rows.map(([k, v]) => html`<dt>${k}</dt><dd>${v}</dd>`)}</dl>${settings(plan)}${checks(plan)}`,
  };
}

function modelText(run: Run): string {
  const { naming } = run;
  const lights = naming.lights.length;
  return [
    "ChangeNet (siamese, golden against test)",
    naming.size && `${naming.size} px`,
    lights > 1 && `${lights} lightings: ${naming.lights.join(", ")}`,
    number(run.state.config.num_epochs) && `${run.state.config.num_epochs} epochs`,
  ]
    .filter(Boolean)
    .join(" · ");
}

function routingText(run: Run): string {
  const mined = run.labels.some((l) => l.mining);
  const made = run.labels.some((l) => (l.synthesis?.generated ?? 0) > 0);
  const top = number(tree(run.state.config.mining_filter).top_k_per_target);
  return (
    [
      mined && `mining of real images${top ? ` (${top} neighbours per weak sample)` : ""}`,
      made && "synthetic defects",
    ]
      .filter(Boolean)
      .join(" + ") || "no data were added yet"
  );
}

function settings(plan: PlanFacts): Html | null {
  if (plan.parameters.length === 0) return null;
  return details(
    `All ${plan.parameters.length} settings and where each came from`,
    table(
      [{ head: "Setting" }, { head: "Value" }, { head: "Source" }],
      plan.parameters.map((p) => [
        p.name.replaceAll("_", " "),
        p.value || "–",
        html`<span class="tag">${p.source}</span>`,
      ]),
    ),
    true,
  );
}

/** Titles and results only: details name folders and free space, so they are with the times. */
function checks(plan: PlanFacts): Html | null {
  if (plan.checks.length === 0) return null;
  const bad = plan.checks.filter((c) => c.status === "warning" || c.status === "error").length;
  return html`${details(
    `${plural(plan.checks.length, "check")} before the run, ${bad ? plural(bad, "warning") : "no warning"}`,
    table(
      [{ head: "Check" }, { head: "Result" }],
      plan.checks.map((c) => [
        c.title,
        html`<span class="tag ${c.status === "ok" ? "good" : c.status === "error" ? "bad" : ""}">${c.status}</span>`,
      ]),
    ),
    true,
  )}${plan.warnings.length > 0 && html`<ul class="plain">${plan.warnings.map((w) => html`<li>${w}</li>`)}</ul>`}`;
}
