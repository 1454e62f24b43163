import { section, table } from "./markdown.js";
import type { LabelRoute, RouteResult } from "./route.js";

/** The decision on one label in the words that the upstream checker knows (contract 6). */
export function routeVerdict(l: LabelRoute): string {
  if (l.mining && l.anomalygen) return "mining+anomalygen";
  if (l.mining) return "mining only";
  return l.anomalygen ? "anomalygen only" : "neither (DROPPED)";
}

/** Routing_Report.md: six sections, 400–800 words (contract 6). */
export function routingReport(
  r: RouteResult,
  o: { gapsParquet: string; poolCsv?: string; supported: readonly string[] },
): string {
  const stop = r.status === "both_empty";
  const droppedRows = r.dropped.reduce((sum, l) => sum + l.count, 0);
  const minable = r.labels.filter((l) => l.mining).map((l) => l.label);
  const makable = r.labels.filter((l) => l.anomalygen).map((l) => l.label);
  return [
    "# Routing of weak samples\n",
    section(1, "Verdict", [
      [
        `- Weak rows read: ${r.total}. One row is one image file of one lighting, so a sample with several lightings counts several times.`,
        `- Mining: ${r.mining} rows. AnomalyGen: ${r.anomalygen} rows. A row may go to both, so the two need not add up to the total.`,
        `- Labels without a destination: ${r.dropped.length} (${droppedRows} rows).`,
        stop
          ? "- **Both subsets are empty: this iteration must stop.** No new data can be gathered for any weak sample."
          : "- Every row has a destination or its label is listed as dropped below; nothing disappears silently.",
      ],
    ]),
    section(2, "Inputs", [
      "The files and the set of labels that decided. Labels are compared in upper case and without trimming, as the other tools do; a label with a stray blank in the pool table would therefore not match.",
      table(
        ["Item", "Value"],
        [
          ["gaps_parquet", `${o.gapsParquet} (${r.total} rows)`],
          ["source_pool", r.poolMissing ? `${o.poolCsv ?? "(none)"}, not found` : (o.poolCsv ?? "")],
          ["generator labels", [...o.supported].sort().join(", ")],
        ],
      ),
    ]),
    section(3, "Per-Label Routing Decisions", [
      "Each label that occurs among the weak samples, with its rows and what was decided. Mining asks whether the pool has at least one row of the label; AnomalyGen asks whether the generator can make it. The last column, Routed To, is one of four fixed verdicts.",
      table(
        ["Label", "Rows", "In pool (mining)", "Supported (anomalygen)", "Routed To"],
        r.labels.map((l) => [
          l.label,
          l.count,
          l.mining ? "yes" : "no",
          l.anomalygen ? "yes" : "no",
          routeVerdict(l),
        ]),
      ),
    ]),
    section(4, "Module-Level Summaries", [
      `**Mining** gets ${r.mining} rows of ${minable.length} label(s)${minable.length > 0 ? ` (${minable.join(", ")})` : ""}. Each of them is a query image: its nearest neighbours in the pool are fetched, checked for their label and for novelty, and added to the training set. Few rows mean few queries, not few results, since every query fetches several neighbours. ${r.poolMissing ? "The pool table was not found, so nothing can be mined." : "The pool holds real images, so this is the safer of the two sources."}`,
      `**AnomalyGen** gets ${r.anomalygen} rows of ${makable.length} label(s)${makable.length > 0 ? ` (${makable.join(", ")})` : ""}. The generator does not copy these rows: how many images of each defect it makes follows from its own specification, and a subset that is not empty merely switches the stage on. The rows say where the model is weak, and the report of the next iteration shows whether the made images helped.`,
    ]),
    section(5, "Dropped Labels", [
      r.dropped.length === 0
        ? "No label was dropped: each one reaches the pool, the generator, or both. The table is kept, empty, so that a reader can see that it was considered."
        : "These labels reach neither the pool nor the generator. The model stays weak on them until real samples are added to the pool table or the generator learns them.",
      table(
        ["Label", "Rows", "Reason"],
        r.dropped.map((l) => [l.label, l.count, "not in the pool, not supported by the generator"]),
      ),
    ]),
    section(6, "Recommended Actions", [actions(r, stop)]),
  ].join("\n");
}

function actions(r: RouteResult, stop: boolean): string[] {
  const next = stop
    ? "1. Stop this iteration. Add rows of the weak labels to the mining pool, or give AnomalyGen a specification that covers them, then run it again."
    : `1. Run ${[r.mining > 0 ? "mining" : "", r.anomalygen > 0 ? "AnomalyGen" : ""].filter((m) => m !== "").join(" and ")} on the subsets written beside this report; merge afterwards, with the leakage checks.`;
  const dropped =
    r.dropped.length > 0
      ? `2. Seed the pool with ${r.dropped.map((l) => l.label).join(", ")}, or extend the generator's labels: as it is, mining and AnomalyGen both skip them.`
      : "2. Nothing to seed: mining and AnomalyGen together cover every weak label.";
  return [
    next,
    dropped,
    "3. If a label comes back among the weak samples after two iterations, look at its pictures in the analysis folder before adding more of the same data: the label or the golden image may be wrong.",
  ];
}
