import { count, interval, labelName, percent, plural, score } from "../page/format.js";
import { type HtmlPart, html } from "../page/html.js";
import { type Section, table } from "../page/parts.js";
import { number, text } from "../read/json.js";
import type { LabelRun, Run } from "../read/run.js";
import { value } from "./hero.js";

/** One line per label (contract 11.3: eight columns). */
export function perIteration(run: Run): Section {
  const rows = run.labels.map((l): HtmlPart[] => {
    const m = l.state.measured;
    const used = l.kpi?.used;
    return [
      html`${labelName(l.label)}${l === run.best && html` <span class="tag good">best</span>`}${
        l.state.status === "failed" && html` <span class="tag bad">failed</span>`
      }`,
      m
        ? html`${value(m.value, run.state.metric)}${m.passed && html` <span class="tag good">met</span>`}`
        : "–",
      used ? interval(used.farRange) : "–",
      percent(l.kpi?.relaxed?.far),
      used ? `${count(used.falseAlarms)} / ${count(used.escapes)}` : "–",
      score(m?.threshold),
      l.growth ? count(l.growth.total) : "–",
      l.label === "baseline" || !l.growth ? "–" : added(l),
    ];
  });
  return {
    id: "iterations",
    title: "Per-Iteration Results",
    body:
      rows.length === 0
        ? html`<p class="say">No iteration has begun.</p>`
        : table(
            [
              { head: "Iteration" },
              { head: run.state.metric?.displayName ?? "Metric", numeric: true },
              { head: "95 % interval", numeric: true },
              { head: "FAR at 99 % recall", numeric: true },
              { head: "False alarms / escapes", numeric: true },
              { head: "Threshold", numeric: true },
              { head: "Training rows", numeric: true },
              { head: "Mined + synthetic", numeric: true },
            ],
            rows,
            (i) => run.labels[i] === run.best,
          ),
  };
}

function added(l: LabelRun): string {
  return `${count(l.mining?.selected ?? 0)} + ${count(l.synthesis?.admitted ?? 0)}`;
}

/** What happened in each iteration, in words. */
export function iterationDetails(run: Run): Section {
  return {
    id: "details",
    title: "Iteration Details",
    body: html`${run.labels.map((l, i) => {
      const before = run.labels[i - 1]?.state.measured?.value;
      return html`<h3>${labelName(l.label)}</h3><ul class="plain">${lines(run, l, before).map((t) => html`<li>${t}</li>`)}</ul>`;
    })}${run.labels.length === 0 && html`<p class="say">No iteration has begun.</p>`}`,
  };
}

function lines(run: Run, l: LabelRun, before: number | undefined): string[] {
  const out: string[] = [];
  const { fields, measured } = l.state;
  if (fields.anomalygen_skipped) out.push("Synthesis was skipped: no weak sample was routed to it.");
  if (l.synthesis) {
    const refused = l.synthesis.generated - l.synthesis.admitted;
    const requested = l.synthesis.requested ?? l.synthesis.generated;
    out.push(
      `Synthesis: ${count(requested)} asked for, ${count(l.synthesis.generated)} made, ${count(l.synthesis.admitted)} admitted${refused ? `, ${count(refused)} refused` : ""}.`,
    );
  }
  if (fields.data_mining_skipped) out.push("Mining was skipped: no weak sample was routed to it.");
  const m = l.mining;
  if (m)
    out.push(
      `Mining: ${count(m.candidates ?? 0)} candidates, ${count(m.kept ?? 0)} at or above similarity ${m.cutoff ?? "?"}, ${count(m.alreadyMined ?? 0)} known from earlier iterations, ${count(m.selected ?? 0)} new.`,
    );
  if (l.growth && l.label !== "baseline")
    out.push(
      `Training set: ${plural(l.growth.added, "new row")} (${Object.entries(l.growth.addedByLabel)
        .map(([k, v]) => `${k} ${v}`)
        .join(", ")}), ${count(l.growth.total)} in all.`,
    );
  const loss = number(fields.val_loss);
  const kind = text(fields.best_ckpt_kind);
  if (fields.best_ckpt_path)
    out.push(
      `Model: ${kind === "latest" ? "last checkpoint" : kind === "best_val" ? "checkpoint with the best validation loss" : "one checkpoint"}${loss === undefined ? "" : `, validation loss ${Number(loss.toPrecision(4))}`}.`,
    );
  if (measured) {
    const delta = before === undefined ? "" : change(measured.value - before, run);
    out.push(
      `Result: ${value(measured.value, run.state.metric)}${delta}${measured.failed.length ? `; not held: ${measured.failed.join(", ")}` : ""}.`,
    );
  }
  if (!measured && l.state.status !== "failed") out.push("Not evaluated yet.");
  const failure = run.state.events.find((e) => e.label === l.label && !e.ok);
  if (failure) out.push(`Stopped in ${failure.stage}: ${failure.summary}`);
  return out;
}

function change(delta: number, run: Run): string {
  if (delta === 0) return ", unchanged";
  const better = run.state.metric?.operator.startsWith(">") ? delta > 0 : delta < 0;
  const unit = run.state.metric?.unit === "%" ? "pp" : ` ${run.state.metric?.unit ?? ""}`;
  return `, ${Math.abs(Number(delta.toPrecision(3)))}${unit} ${better ? "better" : "worse"} than before`;
}
