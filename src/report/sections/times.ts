import path from "node:path";
import { layoutStack } from "../charts/stack.js";
import { drawStack } from "../draw/charts.js";
import { count, duration, labelName, plural } from "../page/format.js";
import { type Html, type HtmlPart, html, trusted } from "../page/html.js";
import { chartFigure, details, type Section, table } from "../page/parts.js";
import type { PlanFacts } from "../read/plan.js";
import type { ReceiptFacts } from "../read/receipts.js";
import type { Run } from "../read/run.js";

/**
 * Everything that differs between two equal runs, and nothing else: times, machine, folder. It stands between two
 * comments, so that two reports can be compared without it ({@link withoutTimes}).
 */
export function times(run: Run, plan: PlanFacts, receipts: readonly ReceiptFacts[]): Section {
  return {
    id: "times",
    title: "Times",
    body: html`${trusted(BEGIN)}${body(run, receipts)}${checkDetails(plan)}${trusted(END)}`,
  };
}

const BEGIN = "<!-- times:begin -->";
const END = "<!-- times:end -->";

/** The page without its times block: equal for two runs with equal inputs and seed. */
export function withoutTimes(page: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  return from < 0 || to < from ? page : page.slice(0, from) + page.slice(to + END.length);
}

function body(run: Run, receipts: readonly ReceiptFacts[]): Html {
  const { events, startedAt, completedAt } = run.state;
  const stages = [...new Set(events.map((e) => e.stage))];
  const labels = [...new Set(events.map((e) => e.label))];
  const total = events.reduce((sum, e) => sum + e.seconds, 0);
  const rows = labels.map((label) => ({
    name: labelName(label),
    values: Object.fromEntries(
      stages.map((s) => [
        s,
        events.filter((e) => e.label === label && e.stage === s).reduce((sum, e) => sum + e.seconds, 0),
      ]),
    ),
  }));
  const machines = [...new Set(receipts.map((r) => r.machine).filter(Boolean))];
  const facts: (readonly [string, HtmlPart])[] = [
    ["Stages in all", `${duration(total)} in ${plural(events.length, "stage")}`],
    ["Started", startedAt ? stamp(startedAt) : "not recorded"],
    ["Ended", completedAt ? stamp(completedAt) : "not ended"],
    ["Run folder", path.basename(run.places.runDir)],
    ["Workspace", run.places.workspace],
    ...(machines.length > 0 ? [["Machine", machines.join(", ")] as const] : []),
  ];
  return html`<div class="charts">${
    events.length > 0 &&
    chartFigure(
      "Stage times",
      null,
      html`<ul class="legend">${stages.map(
        (s, i) =>
          html`<li><svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" rx="2" class="f-${i % 8}"/></svg> ${s.replace("_", " ")}</li>`,
      )}</ul>`,
      drawStack(
        layoutStack({ rows, keys: stages, width: 460, right: 76 }),
        `Stage times: ${rows.map((r) => r.name).join(", ")}`,
        (key) => `f-${stages.indexOf(key) % 8}`,
        duration,
      ),
    )
  }<dl class="facts">${facts.map(([k, v]) => html`<dt>${k}</dt><dd>${v}</dd>`)}</dl></div>${
    events.length > 0 &&
    details(
      "Event log",
      table(
        [
          { head: "#", numeric: true },
          { head: "When (UTC)" },
          { head: "Stage" },
          { head: "Took", numeric: true },
          { head: "Summary" },
        ],
        events.map((e) => [
          e.seq,
          stamp(e.at),
          html`${labelName(e.label)} · ${e.stage}${!e.ok && html` <span class="tag bad">error</span>`}`,
          duration(e.seconds),
          e.summary,
        ]),
      ),
      true,
    )
  }${receiptTable(receipts)}`;
}

/** `2026-03-01T10:20:30+00:00` → `2026-03-01 10:20:30`. */
function stamp(iso: string): string {
  return iso.slice(0, 19).replace("T", " ");
}

function receiptTable(receipts: readonly ReceiptFacts[]): Html | null {
  if (receipts.length === 0) return null;
  return details(
    `${plural(receipts.length, "receipt")}: what each job read and wrote`,
    table(
      [
        { head: "Job" },
        { head: "Stage" },
        { head: "Inputs", numeric: true },
        { head: "Outputs", numeric: true },
        { head: "Digest" },
      ],
      receipts.map((r) => [
        r.job,
        r.stage,
        count(r.inputs),
        count(r.outputs),
        html`<code>${r.digest.slice(0, 16)}</code>`,
      ]),
    ),
    true,
  );
}

function checkDetails(plan: PlanFacts): Html | null {
  if (plan.checks.length === 0) return null;
  return details(
    "Checks before the run, in detail",
    table(
      [{ head: "Check" }, { head: "Result" }, { head: "Detail" }],
      plan.checks.map((c) => [c.title, c.status, c.detail]),
    ),
    true,
  );
}
