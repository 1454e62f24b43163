import { copyFile, rm } from "node:fs/promises";
import path from "node:path";
import type { PairRow } from "../dataset/row.js";
import { silent } from "../kit/events.js";
import { writeFileAtomic, writeJsonAtomic } from "../kit/files.js";
import { makeFolder } from "../kit/folders.js";
import { writeParquet } from "../kit/parquet.js";
import {
  bestF1Point,
  type Inference,
  operatingPoint,
  pointAtThreshold,
  pyFloat,
  readInference,
  type Sweep,
  sweep,
} from "../metric/index.js";
import { failureClusters } from "./failure-clusters.js";
import { groupTables } from "./groups.js";
import { heatPlace } from "./heat.js";
import { metricsJson } from "./metrics-json.js";
import { dropN, feasible, lightingTable, targets } from "./rca-numbers.js";
import { drawPictures } from "./rca-pictures.js";
import { rcaReport, unreachableReport } from "./rca-report.js";
import type { RcaOptions, RcaResult } from "./rca-types.js";
import { checkOrder } from "./row-order.js";
import { judgeSpots, spotCheckSamples } from "./spot-check.js";
import { suspectGoldens } from "./suspect-goldens.js";
import { suspectLabels, suspectRows } from "./suspect-labels.js";
import { defectTypeCsv, groupTablesCsv, scoreDistributionCsv } from "./tables.js";
import type { EmbeddingSource, WeakSample } from "./types.js";
import { breakdown, isWrong, labelStats, selectWeak, weakness } from "./weakness.js";

/**
 * Root-cause analysis of one inference table (contract 5): writes kpi_gaps.parquet (and gaps.parquet, its older name),
 * threshold.txt, metrics.json, weak_samples_breakdown.txt, RCA_Report.md, rca_images/, score_distribution.csv,
 * defect_type_rows.csv, group_tables.csv and rca.json into `outDir`; with an unreachable recall only
 * unreachable_kpi.txt and an abridged report. Same inputs, same bytes.
 * Throws data errors for a bad table and `rows_out_of_order` when `rows` are not the table's rows.
 */
export async function rca(o: RcaOptions): Promise<RcaResult> {
  const emit = o.emit ?? silent;
  const minRecall = o.minRecall ?? 1;
  const topK = o.topK ?? 50;
  const data = await readInference(o.inferenceCsv);
  checkOrder(o, data);
  await makeFolder(o.outDir);
  const at = (name: string) => path.join(o.outDir, name);
  const s = sweep(data.scores, data.ng);
  if (o.threshold === undefined && (s.ng === 0 || minRecall > 1 + 1e-12))
    return unreachable(o, { minRecall, topK, total: data.scores.length, ng: s.ng });
  await rm(at("unreachable_kpi.txt"), { force: true });

  const point =
    o.threshold === undefined
      ? operatingPoint(s, minRecall, o.rule ?? "best-f1")
      : pointAtThreshold(data.scores, data.ng, o.threshold);
  const t = point.threshold;
  const weak = weakness(data.scores, data.ng, t);
  const kept = selectWeak(weak, data.labels, topK);
  const labels = labelStats(data.scores, data.ng, data.labels, weak, t);
  const groups = groupTables(data, t);

  emit({ type: "progress", what: "rca", done: 1, total: 4, unit: "steps" });
  const keptRows = kept.map((i) => o.rows[i]);
  const heats = o.heat && keptRows.length > 0 ? await o.heat(keptRows) : undefined;
  emit({ type: "progress", what: "rca", done: 2, total: 4, unit: "steps" });
  const embedded = o.embedding ? await embedAll(o.embedding, o.rows, kept, data, s) : undefined;
  emit({ type: "progress", what: "rca", done: 3, total: 4, unit: "steps" });

  const tiles = o.tiles ?? { x: 1, y: Math.max(1, o.lights.length) };
  const plain = kept.map((i, k): WeakSample => {
    const row = o.rows[i];
    return {
      index: i,
      label: data.labels[i],
      ng: data.ng[i] ? 1 : 0,
      score: data.scores[i],
      weakness: weak[i],
      misclassified: isWrong(data.scores[i], data.ng[i], t),
      inputPath: row.inputPath,
      objectName: row.objectName,
      boardname: row.boardname,
      ...(heats ? { heat: heatPlace(heats[k], tiles) } : {}),
    };
  });
  const clusters = failureClusters({
    weak: plain,
    tiles,
    lights: o.lights,
    ...(heats ? { heats } : {}),
    ...(embedded ? { embedding: embedded.weak } : {}),
  });
  const clusterOf = new Map(clusters.flatMap((c) => c.members.map((m) => [m, c.id] as const)));
  const named = plain.map((w) => {
    const cluster = clusterOf.get(w.index);
    return cluster === undefined ? w : { ...w, cluster };
  });
  const suspects = suspectLabels({
    scores: data.scores,
    ng: data.ng,
    labels: data.labels,
    sweep: s,
    ...(embedded ? { embedding: embedded.reference } : {}),
  });
  const most = o.pictures ?? 48;
  const goldens = await suspectGoldens({
    rows: o.rows,
    wrong: data.scores.map((score, i) => (!data.ng[i] && score > t ? 1 : 0)),
    decode: most > 0,
  });
  const drawn = await drawPictures({
    ...o,
    emit,
    weak: named,
    rows: o.rows,
    tiles,
    most,
    ...(heats ? { heats } : {}),
  });
  const spotChecks = judgeSpots(spotCheckSamples(drawn), {
    labels: suspects,
    goldens,
    clusters,
    goldenOf: (i) => o.rows[i].golden[0],
  });

  const result: RcaResult = {
    reachable: true,
    threshold: t,
    minRecall,
    topK,
    total: data.scores.length,
    point,
    gapsParquet: at("kpi_gaps.parquet"),
    gapRows: kept.reduce((sum, i) => sum + o.rows[i].test.length, 0),
    weak: drawn,
    labels,
    targetDefects: targets(labels, data, bestF1Point(s).threshold),
    clusters,
    groups,
    lightings: lightingTable(drawn, o.lights),
    suspectLabels: suspects,
    suspectGoldens: goldens,
    spotChecks,
    dropN: dropN(s),
    report: at("RCA_Report.md"),
  };
  await writeGaps(at("kpi_gaps.parquet"), kept, data, weak, o.rows);
  await copyFile(at("kpi_gaps.parquet"), at("gaps.parquet"));
  await writeFileAtomic(at("threshold.txt"), pyFloat(t));
  const text = breakdown({
    threshold: pyFloat(t),
    topK,
    total: data.scores.length,
    kept: drawn,
  });
  await writeFileAtomic(at("weak_samples_breakdown.txt"), `${text}\n`);
  await writeJsonAtomic(
    at("metrics.json"),
    metricsJson(point, labels, { pinned: o.threshold !== undefined, minRecall }),
  );
  await writeFileAtomic(at("score_distribution.csv"), scoreDistributionCsv(data, t));
  await writeFileAtomic(at("defect_type_rows.csv"), defectTypeCsv(labels));
  await writeFileAtomic(at("group_tables.csv"), groupTablesCsv(groups));
  await writeJsonAtomic(at("rca.json"), result);
  const report = rcaReport(result, {
    candidates: s.thresholds.length,
    feasible: feasible(s, minRecall),
    breakdown: text,
    pinned: o.threshold !== undefined,
    rule: o.rule ?? "best-f1",
    lights: Math.max(1, o.lights.length),
    ...(o.target ? { target: o.target } : {}),
  });
  await writeFileAtomic(at("RCA_Report.md"), report);
  emit({ type: "progress", what: "rca", done: 4, total: 4, unit: "steps" });
  return result;
}

async function unreachable(
  o: RcaOptions,
  found: { minRecall: number; topK: number; total: number; ng: number },
): Promise<RcaResult> {
  const why =
    found.ng === 0
      ? `Recall ${found.minRecall * 100} % is not reachable: the table has ${found.total} rows and no NO_PASS row, so the achievable recall is undefined.`
      : `Recall ${found.minRecall * 100} % is not reachable: the achievable recall is 100 % over ${found.ng} NO_PASS rows.`;
  for (const stale of ["kpi_gaps.parquet", "gaps.parquet", "threshold.txt", "rca.json"])
    await rm(path.join(o.outDir, stale), { force: true });
  await writeFileAtomic(path.join(o.outDir, "unreachable_kpi.txt"), `${why}\n`);
  const report = path.join(o.outDir, "RCA_Report.md");
  await writeFileAtomic(report, unreachableReport(why, found.total));
  return {
    reachable: false,
    ...found,
    gapRows: 0,
    weak: [],
    labels: [],
    targetDefects: [],
    clusters: [],
    groups: [],
    lightings: [],
    suspectLabels: [],
    suspectGoldens: [],
    spotChecks: [],
    dropN: [],
    report,
  };
}

async function embedAll(
  source: EmbeddingSource,
  rows: readonly PairRow[],
  kept: readonly number[],
  data: Inference,
  s: Sweep,
) {
  const indices = [...new Set([...kept, ...suspectRows(data.scores, data.ng, s)])].sort((a, b) => a - b);
  const { dim, data: all } = await source(indices.map((i) => rows[i]));
  const place = new Map(indices.map((index, i) => [index, i]));
  const weak = new Float32Array(kept.length * dim);
  kept.forEach((index, k) => {
    const from = (place.get(index) as number) * dim;
    weak.set(all.subarray(from, from + dim), k * dim);
  });
  return { weak: { dim, data: weak }, reference: { indices, dim, data: all } };
}

async function writeGaps(
  file: string,
  kept: readonly number[],
  data: Inference,
  weak: Float64Array,
  rows: readonly PairRow[],
): Promise<void> {
  const per = kept.flatMap((i) => rows[i].test.map((filepath) => ({ i, filepath })));
  await writeParquet(file, [
    { name: "filepath", type: "STRING", data: per.map((p) => p.filepath) },
    { name: "label", type: "STRING", data: per.map((p) => data.labels[p.i]) },
    { name: "siamese_score", type: "DOUBLE", data: per.map((p) => data.scores[p.i]) },
    { name: "weakness", type: "DOUBLE", data: per.map((p) => weak[p.i]) },
  ]);
}
