import type { Rate } from "./interval.js";
import type { KpiSummary } from "./kpi.js";
import { fixed } from "./numbers.js";
import type { OperatingPoint } from "./sweep.js";

/** summary.txt (contract 4.7): rules, counts, operating points, our intervals, files. */
export function summaryText(s: KpiSummary, o: { scoreColumn: string; passLabel: string }): string {
  const lines = [
    "Threshold analysis of an inference table",
    "",
    "How a row is called:",
    "  score > threshold => NO_PASS",
    `  score <= threshold => ${o.passLabel}`,
    "",
    `A row is ${o.passLabel} when its label says so (case and outer spaces ignored); any other label is NO_PASS.`,
    "FAR (false alarm rate) = FP / (FP + TN), the share of good rows called NO_PASS.",
    "",
    `Input score column: ${o.scoreColumn}`,
    `Total rows: ${s.rows}`,
    `PASS rows: ${s.pass}`,
    `NO_PASS rows: ${s.ng}`,
    "",
    "Best threshold with 100% recall:",
    ...(s.recall100 ? pointLines(s.recall100) : ["  unavailable: there is no NO_PASS row"]),
    "",
    "Best threshold by F1 score:",
    ...pointLines(s.bestF1),
    "",
    `NO_PASS rows missed at the best-F1 threshold: ${s.missed}`,
    "",
  ];
  if (s.points.length > 0) {
    lines.push("Lowest FAR at each recall, with exact two-sided 95% intervals:");
    for (const p of s.points)
      lines.push(
        `  recall >= ${fixed(p.recallTarget * 100, 1)}%: threshold ${fixed(p.threshold, 6)}, ` +
          `FAR ${rateText(p.farRate)}, escapes ${rateText(p.escape)}`,
      );
    lines.push("");
  }
  lines.push("Files written:", ...s.files.map((f) => `  ${f}`));
  return `${lines.join("\n")}\n`;
}

/** The lines that older tooling reads from standard output (contract 4.7), and the best-F1 twin. */
export function summaryLines(s: KpiSummary): string[] {
  return [
    `Rows analyzed: ${s.rows}`,
    `PASS rows: ${s.pass}`,
    `NO_PASS rows: ${s.ng}`,
    `100% recall threshold: ${s.recall100 ? oneLine(s.recall100) : "unavailable"}`,
    `Best F1 threshold: ${oneLine(s.bestF1)}`,
  ];
}

/** `3.20 % (8 of 250; 95 % interval 1.39 … 6.21 %)` */
export function rateText(r: Rate): string {
  if (r.n === 0) return "unknown (no rows)";
  const pct = (x: number) => fixed(x * 100, 2);
  return (
    `${pct(r.rate)} % (${r.k} of ${r.n}; ${Math.round(r.confidence * 1000) / 10} % interval ` +
    `${pct(r.low)} … ${pct(r.high)} %)`
  );
}

function pointLines(p: OperatingPoint): string[] {
  return [
    `  threshold: ${fixed(p.threshold, 6)}`,
    `  >>> FAR (False Alarm Rate): ${farText(p)}  (FP=${p.fp} / (FP=${p.fp} + TN=${p.tn}))`,
    `  precision: ${fixed(p.precision, 6)}`,
    `  recall: ${fixed(p.recall, 6)}`,
    `  f1: ${fixed(p.f1, 6)}`,
    `  accuracy: ${fixed(p.accuracy, 6)}`,
    "  confusion matrix (rows=actual, cols=predicted; PASS, NO_PASS):",
    `    TN=${p.tn}  FP=${p.fp}`,
    `    FN=${p.fn}  TP=${p.tp}`,
  ];
}

function oneLine(p: OperatingPoint): string {
  return (
    `${fixed(p.threshold, 6)} (FAR=${farText(p)}, precision=${fixed(p.precision, 6)}, ` +
    `recall=${fixed(p.recall, 6)}, f1=${fixed(p.f1, 6)})`
  );
}

function farText(p: OperatingPoint): string {
  return Number.isNaN(p.far) ? "nan" : `${fixed(p.far * 100, 4)}%`;
}
