import type { Advice } from "../facts/advice.js";
import type { Verdict } from "../facts/verdict.js";
import { count, interval, labelName, percent, plural, score } from "../page/format.js";
import { type Html, html } from "../page/html.js";
import type { Section } from "../page/parts.js";
import { text } from "../read/json.js";
import type { PlanFacts } from "../read/plan.js";
import type { ReceiptFacts } from "../read/receipts.js";
import type { Run } from "../read/run.js";
import { value } from "./hero.js";

export function recommendations(run: Run, advice: readonly Advice[]): Section {
  return {
    id: "recommendations",
    title: "Recommendations",
    body: html`<ol class="steps">${advice.map((a) => html`<li><div><b>${a.what}</b><p>${a.why}</p></div></li>`)}</ol>${
      run.missing.length > 0 &&
      html`<h3>What this report could not show</h3><ul class="plain">${run.missing.map((m) => html`<li>${m}</li>`)}</ul>`
    }`,
  };
}

/** All that is needed to get the same result again. */
export function reproduction(run: Run, plan: PlanFacts, receipts: readonly ReceiptFacts[]): Section {
  const programs = [...new Set(receipts.map((r) => r.program).filter(Boolean))];
  const rows: (readonly [string, string | undefined])[] = [
    ["Program", programs.join(", ") || undefined],
    ["Seed", plan.seed],
    ["Plan hash", plan.hash],
    ["Images", plan.images.sha256 && `${count(plan.images.files ?? 0)} files, sha256 ${plan.images.sha256}`],
    ...plan.tables.map((t) => [`Table ${t.name}`, t.sha256 && `sha256 ${t.sha256}`] as const),
  ];
  return {
    id: "reproduction",
    title: "Reproduction",
    body: html`<p class="say">The same data, plan and seed give the same model, byte for byte, on the same kind of machine.</p><pre><code>${command(run, plan)}</code></pre><dl class="facts">${rows
      .filter((r): r is readonly [string, string] => Boolean(r[1]))
      .map(([k, v]) => html`<dt>${k}</dt><dd><code>${v}</code></dd>`)}</dl>`,
  };
}

/** The command line that asks for this run; only settings that the person gave are repeated. */
function command(run: Run, plan: PlanFacts): string {
  const flags: Readonly<Record<string, string>> = {
    claim: "--claim",
    seed: "--seed",
    num_epochs: "--epochs",
    num_sdg: "--num-sdg",
    top_k_per_target: "--top-k",
    min_similarity: "--min-similarity",
  };
  const given = plan.parameters.flatMap((p) => {
    const flag = flags[p.name];
    return flag && p.source === "user" && p.value !== "" ? [`${flag} ${quote(p.value)}`] : [];
  });
  const parts = [
    "reflow run <workspace>",
    `--kpi ${quote(run.state.kpiTarget)}`,
    `--max-iterations ${run.state.maxIterations ?? "<n>"}`,
    ...given,
    `--approve ${plan.hash ?? "<plan-hash>"}`,
  ];
  return parts.join(" \\\n  ");
}

function quote(word: string): string {
  return /^[\w.-]+$/.test(word) ? word : `"${word.replace(/(["\\$`])/g, "\\$1")}"`;
}

/** The last card (contract 11.3). */
export function finalStatus(run: Run, verdict: Verdict): Section {
  const { best, state } = run;
  const measured = best?.state.measured;
  const checkpoint = text(best?.state.fields.best_ckpt_path);
  const rows: (readonly [string, string])[] = [
    ["KPI", verdict.status],
    ["Best value", measured ? value(measured.value, state.metric) : "–"],
    ["Target", state.kpiTarget],
    ["Best iteration", best ? labelName(best.label) : "–"],
    ["Threshold", score(measured?.threshold)],
    ["Checkpoint", checkpoint ? `${best?.label}/…/${checkpoint.split(/[\\/]/).at(-1)}` : "–"],
  ];
  return {
    id: "final",
    title: "Final Status",
    body: html`<div class="final k-${verdict.kind}">${rows.map(([k, v]) => html`<div><span>${k}</span><b>${v}</b></div>`)}</div>${handover(run)}${
      verdict.kind === "unproven" &&
      html`<p class="warn">The measured value meets the target; the claim ${verdict.claim?.claim.text ?? ""} needs ${count(verdict.claim?.needed ?? 0)} rows and has ${count(verdict.claim?.n ?? 0)}.</p>`
    }`,
  };
}

/** The bundle's own proof, and the one look at the release set. */
function handover(run: Run): Html {
  const { gate, release } = run.handover;
  return html`${
    gate &&
    html`<p class="note"><b>Bundle.</b> Scored again as a user would: ${count(gate.rows)} rows, largest difference ${score(gate.worst)}, ${plural(gate.changed, "changed verdict")}.</p>`
  }${
    release &&
    html`<p class="note"><b>Release set.</b> ${count(release.rows)} rows that took no part in any choice: ${release.verdict}. FAR ${percent(release.far.rate)} (${interval(release.far)}), escapes ${count(release.escape.k)} of ${count(release.escape.n)}.${
      release.looks > 1 &&
      ` This set has been looked at ${count(release.looks)} times; it is no longer an independent judge.`
    }</p>`
  }`;
}
