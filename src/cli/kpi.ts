import path from "node:path";
import type { Command } from "commander";
import type { KpiSummary, Verdict } from "../metric/index.js";

type Options = Readonly<{
  outputDir?: string;
  labelColumn: string;
  scoreColumn: string;
  passLabel: string;
  bins: string;
  charts: boolean;
  kpi?: string;
  claim?: string;
  json?: boolean;
}>;

/** `reflow kpi <inference.csv>`: exit 0, or 1 when a given --kpi or --claim is not met. */
export function registerKpi(program: Command): void {
  program
    .command("kpi")
    .description("analyse an inference table: FAR at each recall, thresholds, exact intervals, verdict")
    .argument("<inference.csv>", "table with a label and a score column")
    .option("--output-dir <dir>", "where the files go (default: <stem>_analysis beside the table)")
    .option("--label-column <name>", "ground-truth label column", "label")
    .option("--score-column <name>", "score column, higher = more different", "siamese_score")
    .option("--pass-label <label>", "the label of good rows", "PASS")
    .option("--bins <n>", "histogram bins", "40")
    .option("--no-charts", "write no PNG charts")
    .option("--kpi <target>", 'target to judge, e.g. "FAR < 1% at Recall=100%"')
    .option("--claim <claim>", 'claim to judge, e.g. "escape<=1%@95%"')
    .option("--json", "one line of JSON instead of text")
    .action(async (csv: string, o: Options, command: Command) => {
      const bins = Number(o.bins);
      if (!Number.isInteger(bins) || bins < 1 || bins > 10_000)
        command.error("error: --bins must be a whole number from 1 to 10000", { exitCode: 2, code: "bins" });
      const { parseClaim, parseMetric, writeKpiFiles } = await import("../metric/index.js");
      const contract = o.kpi === undefined ? undefined : parseMetric(o.kpi);
      const claim = o.claim === undefined ? undefined : parseClaim(o.claim);
      const stem = path.basename(csv, path.extname(csv));
      const outDir = path.resolve(o.outputDir ?? path.join(path.dirname(csv), `${stem}_analysis`));
      // No handler for signals: reading a table keeps this thread busy, and the default action ends it at once.
      const summary = await writeKpiFiles(path.resolve(csv), outDir, {
        labelColumn: o.labelColumn,
        scoreColumn: o.scoreColumn,
        passLabel: o.passLabel,
        bins,
        charts: o.charts,
        ...(contract ? { contract } : {}),
        ...(claim ? { claim } : {}),
      });
      const asked = contract !== undefined || claim !== undefined;
      process.stdout.write(
        o.json
          ? `${JSON.stringify({ type: "result", name: "kpi", value: { ...summary, output_dir: outDir } })}\n`
          : await humanText(summary, path.resolve(csv), outDir, asked),
      );
      if (asked && summary.verdict?.verdict !== "met") process.exitCode = 1;
    });
}

async function humanText(s: KpiSummary, csv: string, outDir: string, asked: boolean): Promise<string> {
  const { rateText, summaryLines } = await import("../metric/index.js");
  const lines = [`Input CSV: ${csv}`, `Output directory: ${outDir}`, ...summaryLines(s)];
  for (const p of s.points) {
    const recall = `${Math.round(p.recallTarget * 1000) / 10}%`;
    lines.push(`Recall >= ${recall}: FAR ${rateText(p.farRate)}; escapes ${rateText(p.escape)}`);
  }
  if (s.verdict && asked) lines.push(...verdictLines(s, s.verdict, rateText));
  lines.push(`Files: ${s.files.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

function verdictLines(s: KpiSummary, v: Verdict, rateText: (r: Verdict["far"]) => string): string[] {
  const pct = (x: number) => `${(x * 100).toFixed(2)} %`;
  const lines = [`Verdict: ${v.verdict}${s.target ? ` (${s.target})` : ""}`];
  lines.push(
    `Escapes: ${rateText(v.escape)}; with ${pct(v.confidence)} confidence at most ${pct(v.escapeBound)} (one-sided)`,
  );
  if (v.claim)
    lines.push(
      `Claim ${v.claim.claim.text}: ${v.claim.verdict}; ${v.claim.k} of ${v.claim.n}, bound ${pct(v.claim.bound)}` +
        (v.claim.verdict !== "not enough defects to claim"
          ? ""
          : `; ${v.claim.needed} rows would support it with ${v.claim.k} events`),
    );
  return lines;
}
