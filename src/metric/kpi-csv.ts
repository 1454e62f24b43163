import type { Inference } from "./inference.js";
import { fixed, pyFloat } from "./numbers.js";
import type { OperatingPoint, Sweep } from "./sweep.js";

const CRLF = "\r\n";

/** threshold_metrics.csv (contract 4.7): one row per candidate, floats in full precision. Built in blocks. */
export function thresholdMetricsCsv(s: Sweep): Uint8Array {
  const header =
    "threshold,tp,fp,tn,fn,precision,recall,f1,accuracy,far,predicted_no_pass_count,actual_no_pass_count,actual_pass_count";
  const blocks: Buffer[] = [Buffer.from(header + CRLF)];
  const total = s.ng + s.pass;
  const tail = `,${s.ng},${s.pass}${CRLF}`;
  let lines = "";
  for (let i = 0; i < s.thresholds.length; i++) {
    const tp = s.tp[i] as number;
    const fp = s.fp[i] as number;
    const tn = s.pass - fp;
    const precision = divide(tp, tp + fp);
    const recall = divide(tp, s.ng);
    const f1 = divide(2 * precision * recall, precision + recall);
    lines +=
      `${pyFloat(s.thresholds[i] as number)},${tp},${fp},${tn},${s.ng - tp},${pyFloat(precision)},` +
      `${pyFloat(recall)},${pyFloat(f1)},${pyFloat((tp + tn) / total)},${pyFloat(divide(fp, s.pass))},${tp + fp}${tail}`;
    if ((i & 0x3fff) === 0x3fff) {
      blocks.push(Buffer.from(lines));
      lines = "";
    }
  }
  blocks.push(Buffer.from(lines));
  return Buffer.concat(blocks);
}

/** best_f1_missed_no_pass_samples.csv (contract 4.7): NG rows that the best-F1 threshold lets through. */
export function missedCsv(
  data: Inference,
  point: OperatingPoint,
  passLabel: string,
): { text: string; count: number } {
  const added = [
    "analysis_row_index",
    "analysis_score",
    "analysis_threshold",
    "analysis_actual_label_group",
    "analysis_predicted_label_group",
    "analysis_outcome",
  ];
  const header = [...data.rows.header, ...added.filter((name) => !data.rows.header.includes(name))];
  const missed: { row: number; score: string }[] = [];
  for (let row = 0; row < data.scores.length; row++) {
    const score = data.scores[row] as number;
    if (data.ng[row] && score <= point.threshold) missed.push({ row, score: fixed(score, 6) });
  }
  missed.sort((a, b) => Number(a.score) - Number(b.score) || a.row - b.row);
  const lines = missed.map(({ row, score }) => {
    const values = [
      String(row + 2),
      score,
      fixed(point.threshold, 6),
      "NO_PASS",
      passLabel,
      "MISSED_NO_PASS",
    ];
    const own = data.rows.cells(row);
    return header.map((name, i) => {
      const extra = added.indexOf(name);
      return quote((extra >= 0 ? values[extra] : own[i]) as string);
    });
  });
  return {
    text: [header.map(quote), ...lines].map((l) => l.join(",") + CRLF).join(""),
    count: missed.length,
  };
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function divide(a: number, b: number): number {
  return b === 0 ? Number.NaN : a / b;
}
