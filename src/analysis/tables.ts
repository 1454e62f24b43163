import { formatCsv } from "../kit/csv.js";
import { binScores, fixed, type Inference, pyFloat } from "../metric/index.js";
import type { GroupStats, LabelStats } from "./types.js";

/** score_distribution.csv: at most eight score ranges with both classes (contract 11.3, trap T30). */
export function scoreDistributionCsv(data: Inference, threshold: number): string {
  const h = binScores(data.scores, data.ng, 8);
  const n = h.pass.length;
  const edge = (i: number) => h.low + ((h.high - h.low) * i) / n;
  return formatCsv(
    ["Score Range", "PASS", "NO_PASS", "Notes"],
    Array.from({ length: n }, (_, i) => {
      const holds = threshold < edge(i + 1) && (threshold >= edge(i) || i === 0);
      const notes = [
        holds || (i === n - 1 && threshold >= edge(n)) ? `threshold ${fixed(threshold, 6)}` : "",
        h.pass[i] > 0 && h.ng[i] > 0 ? "overlap" : "",
      ].filter((note) => note !== "");
      return [`${fixed(edge(i), 4)} to ${fixed(edge(i + 1), 4)}`, h.pass[i], h.ng[i], notes.join("; ")];
    }),
  );
}

/** defect_type_rows.csv: at most twenty defect types, the hardest first (contract 11.3, trap T30). */
export function defectTypeCsv(labels: readonly LabelStats[]): string {
  return formatCsv(
    ["Defect Type", "Count", "Score Range", "Detectable at KPI threshold?"],
    labels
      .filter((l) => l.ng)
      .slice(0, 20)
      .map((l) => [
        l.label,
        l.total,
        `${fixed(l.minScore, 4)} to ${fixed(l.maxScore, 4)}`,
        l.misclassified === 0 ? `yes (all ${l.total})` : `no (${l.misclassified} of ${l.total} missed)`,
      ]),
  );
}

/** group_tables.csv: one row per board, component, …, with exact 95 % intervals. Empty cells for unknown rates. */
export function groupTablesCsv(groups: readonly GroupStats[]): string {
  const number = (x: number) => (Number.isNaN(x) ? "" : pyFloat(x));
  return formatCsv(
    "dimension,group,n,pass,ng,false_alarms,far,far_low,far_high,escapes,escape_rate,escape_low,escape_high,mean_pass_score,mean_ng_score,p".split(
      ",",
    ),
    groups.map((g) => [
      g.dimension,
      g.group,
      g.n,
      g.pass,
      g.ng,
      g.far.k,
      ...[g.far.rate, g.far.low, g.far.high].map(number),
      g.escape.k,
      ...[g.escape.rate, g.escape.low, g.escape.high].map(number),
      number(g.meanPassScore),
      number(g.meanNgScore),
      number(g.p),
    ]),
  );
}
