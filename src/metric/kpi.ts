import { rm } from "node:fs/promises";
import path from "node:path";
import { explainWriteError } from "../kit/errors.js";
import { writeFileAtomic, writeJsonAtomic } from "../kit/files.js";
import { writeCharts } from "./charts.js";
import type { Claim } from "./claim.js";
import type { MetricContract } from "./contract.js";
import { farResult } from "./far.js";
import { type Inference, type InferenceColumns, readInference } from "./inference.js";
import { type Rate, rateOf } from "./interval.js";
import { missedCsv, thresholdMetricsCsv } from "./kpi-csv.js";
import { summaryText } from "./kpi-text.js";
import { pyJson } from "./numbers.js";
import { bestF1Point, operatingPoint } from "./operating-point.js";
import { describeTarget, recallTarget } from "./parse.js";
import { failures } from "./result.js";
import { type OperatingPoint, type Sweep, sweep } from "./sweep.js";
import { judge, type Verdict } from "./verdict.js";

/** The lowest FAR at one recall target, with exact two-sided 95 % intervals. */
export type KpiPoint = OperatingPoint & Readonly<{ recallTarget: number; farRate: Rate; escape: Rate }>;

/** What an inference table says. `recall100` and `points` are empty when there is no defect row. */
export type KpiSummary = Readonly<{
  file: string;
  rows: number;
  pass: number;
  ng: number;
  labels: readonly Readonly<{ label: string; n: number }>[];
  recall100?: OperatingPoint;
  bestF1: OperatingPoint;
  points: readonly KpiPoint[];
  missed: number;
  /** The operating point of the contract, or the 100 %-recall point, and the gate's answer at it. */
  operatingPoint?: OperatingPoint;
  target?: string;
  verdict?: Verdict;
  files: readonly string[];
}>;

export type KpiOptions = InferenceColumns &
  Readonly<{
    bins?: number;
    charts?: boolean;
    contract?: MetricContract;
    claim?: Claim;
    recallTargets?: readonly number[];
    /** False for callers whose metric_result.json comes from elsewhere. */
    writeResult?: boolean;
  }>;

/**
 * Analyses an inference CSV and writes threshold_metrics.csv, best_f1_missed_no_pass_samples.csv, summary.txt,
 * metric_result.json and three PNG charts as the upstream analysis does (contract 4.7), plus kpi.json. A stale
 * metric_result.json goes first (trap T12). Throws data errors for bad cells, no rows, no PASS rows.
 */
export async function writeKpiFiles(csv: string, outDir: string, o: KpiOptions = {}): Promise<KpiSummary> {
  const at = (name: string) => path.join(outDir, name);
  try {
    if (o.writeResult !== false) await rm(at("metric_result.json"), { force: true });
  } catch (error) {
    throw explainWriteError(error, at("metric_result.json"));
  }
  const data = await readInference(csv, o);
  const s = sweep(data.scores, data.ng);
  const passLabel = o.passLabel ?? "PASS";
  const bestF1 = bestF1Point(s);
  const missed = missedCsv(data, bestF1, passLabel);
  const files = ["threshold_metrics.csv", "summary.txt", "best_f1_missed_no_pass_samples.csv"];

  await writeFileAtomic(at("threshold_metrics.csv"), thresholdMetricsCsv(s));
  await writeFileAtomic(at("best_f1_missed_no_pass_samples.csv"), missed.text);
  const recall100 = s.ng > 0 ? operatingPoint(s, 1) : undefined;
  if (o.charts !== false)
    files.push(
      ...(await writeCharts(outDir, data, {
        ...(recall100 ? { recall100 } : {}),
        bestF1,
        bins: o.bins ?? 40,
      })),
    );
  const result =
    s.ng > 0 && o.writeResult !== false && isFar(o.contract) ? farResult(s, o.contract) : undefined;
  if (result) files.push("metric_result.json");
  files.push("kpi.json");

  const summary = summarise(csv, data, s, { ...o, bestF1, missed: missed.count, files });
  const text = summaryText(summary, { scoreColumn: o.scoreColumn ?? "siamese_score", passLabel });
  await writeFileAtomic(at("summary.txt"), text);
  await writeJsonAtomic(at("kpi.json"), summary);
  if (result) await writeFileAtomic(at("metric_result.json"), `${pyJson(result)}\n`);
  return summary;
}

function summarise(
  file: string,
  data: Inference,
  s: Sweep,
  o: KpiOptions & { bestF1: OperatingPoint; missed: number; files: readonly string[] },
): KpiSummary {
  const counts = new Map<string, number>();
  for (const label of data.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const base = {
    file,
    rows: data.scores.length,
    pass: s.pass,
    ng: s.ng,
    labels: [...counts].map(([label, n]) => ({ label, n })).sort((a, b) => b.n - a.n),
    bestF1: o.bestF1,
    missed: o.missed,
    files: o.files,
  };
  if (s.ng === 0) return { ...base, points: [] };
  const points = (o.recallTargets ?? [1, 0.995, 0.99, 0.95]).map((target) => kpiPoint(s, target));
  const point = operatingPoint(s, o.contract ? recallTarget(o.contract) : 1);
  const passed =
    o.contract && isFar(o.contract) ? failures(o.contract, farResult(s, o.contract)).length === 0 : undefined;
  return {
    ...base,
    recall100: operatingPoint(s, 1),
    points,
    operatingPoint: point,
    ...(o.contract ? { target: describeTarget(o.contract) } : {}),
    verdict: judge({
      counts: point,
      ...(passed === undefined ? {} : { passed }),
      ...(o.claim ? { claim: o.claim } : {}),
    }),
  };
}

/** The lowest FAR at one recall target with its intervals. */
export function kpiPoint(s: Sweep, target: number, confidence = 0.95): KpiPoint {
  const p = operatingPoint(s, target);
  return {
    ...p,
    recallTarget: target,
    farRate: rateOf(p.fp, s.pass, confidence),
    escape: rateOf(p.fn, s.ng, confidence),
  };
}

function isFar(contract: MetricContract | undefined): boolean {
  return contract === undefined || contract.evaluator.type === "builtin";
}
