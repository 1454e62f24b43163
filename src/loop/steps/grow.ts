import path from "node:path";
import { encoderConfigFile } from "../../changenet/index.js";
import { readReceipt, type StageOutput } from "../../engine/index.js";
import { ReflowError, readParquet } from "../../kit/index.js";
import { miningFiles, recordSkippedMining } from "../../mining/index.js";
import { FREE_WORDS } from "../../synthesis/index.js";
import { stampFor } from "../intents.js";
import { duration, type RunContext, runJob, type StepResult } from "../run-context.js";
import { type Commit, iterationNumber, type Label } from "../state/index.js";
import { trainingSplit } from "./train.js";

type Ok<S> = Extract<Commit, { kind: "ok"; stage: S }>;

/** Synthetic pairs for the weak labels, or a legal skip when nothing was routed here. */
export async function anomalygenStep(
  context: RunContext,
  label: Label,
): Promise<StepResult<Ok<"anomalygen">>> {
  const { layout, plan, state } = context;
  const routed = state.iterations[label]?.routing_anomalygen_parquet as string;
  if ((await readParquet(routed)).length === 0)
    return {
      seconds: 1,
      summary: "Skipped: nothing was routed to the generator.",
      commit: { kind: "ok", stage: "anomalygen", evidence: { anomalygen_skipped: true } },
    };
  const before = layout.previous(label);
  const spec = state.iterations[before]?.training_spec as string;
  const checkpoint = state.iterations[before]?.best_ckpt_path as string;
  const split = trainingSplit(context, before);
  const outDir = layout.anomalygen(label);
  const subdir = `synthetic_${label}`;
  const stageDir = layout.stagedImages(label);
  const rowsDir = layout.filter(label);
  const { output, seconds } = await runJob<"anomalygen">(context, {
    id: `${label}-anomalygen`,
    stage: "anomalygen",
    input: {
      label,
      spec,
      checkpoint,
      trainCsv: split.csv,
      trainImagesDir: split.imagesDir,
      targetsParquet: routed,
      defectSpec: plan.defect_spec,
      datasetDir: plan.defect_dataset,
      numSdg: plan.parameters.num_sdg.value,
      outDir,
      stageDir,
      subdir,
      workspaceRelative: layout.fromWorkspace(stageDir),
      rowsDir,
      workers: context.workers,
    },
    inputs: [spec, checkpoint, split.csv, routed, ...(plan.defect_spec ? [plan.defect_spec] : [])],
    outputs: [
      outDir,
      path.join(stageDir, `${subdir}_ng`),
      path.join(stageDir, `${subdir}_ok`),
      path.join(rowsDir, "sdg_rows_raw.csv"),
      path.join(rowsDir, "sdg_rows.csv"),
      path.join(rowsDir, "sdg_rows_provenance.csv"),
      path.join(rowsDir, "ingest_summary.json"),
    ],
    receipt: path.join(outDir, "receipt.json"),
    shards: context.workers,
  });
  return {
    seconds: duration(seconds),
    summary: `${output.generated} of ${output.requested} synthetic pairs made, ${output.admitted} admitted${freely(output.placedFreely)}.`,
    commit: {
      kind: "ok",
      stage: "anomalygen",
      evidence: {
        anomalygen_sdg_csv: output.sdgCsv,
        anomalygen_allocation_json: output.allocationJson,
        anomalygen_amp_allocated: output.requested,
      },
    },
  };
}

/** What the defect spec asked for and did not get: a place by prompt or by class mask. */
function freely(placed: StageOutput<"anomalygen">["placedFreely"] = []): string {
  const parts = placed.map((p) => `${p.samples} ${p.defectType} (${FREE_WORDS[p.reason]})`);
  return parts.length === 0 ? "" : `; placed freely: ${parts.join(", ")}`;
}

/** Real rows from the pool that look like the weak ones, or a legal skip when nothing was routed here. */
export async function miningStep(context: RunContext, label: Label): Promise<StepResult<Ok<"data_mining">>> {
  const { layout, plan, state } = context;
  const routed = state.iterations[label]?.routing_mining_parquet as string;
  const pool = plan.data.tables.pool;
  const iteration = iterationNumber(label);
  if (!pool || (await readParquet(routed)).length === 0) {
    if (pool) await recordSkip(context, label, iteration);
    return {
      seconds: 1,
      summary: "Skipped: nothing was routed to mining.",
      commit: { kind: "ok", stage: "data_mining", evidence: { data_mining_skipped: true } },
    };
  }
  const before = layout.previous(label);
  const spec = state.iterations[before]?.training_spec as string;
  const checkpoint = state.iterations[before]?.best_ckpt_path as string;
  const stamp = await stampFor(layout.intents, `${label}-data_mining`, context.clock);
  const outDir = layout.mining(label, stamp);
  const split = trainingSplit(context, before);
  const encoder = plan.parameters.encoder.value;
  const { output, seconds } = await runJob<"data_mining">(context, {
    id: `${label}-data_mining`,
    stage: "data_mining",
    input: {
      label,
      iteration,
      spec,
      checkpoint,
      encoder,
      targetsParquet: routed,
      kpiCsv: plan.data.tables.kpi.file,
      imagesDir: plan.data.imagesDir,
      trainCsv: split.csv,
      trainImagesDir: split.imagesDir,
      poolCsv: pool.file,
      resolvedPoolCsv: layout.resolvedPool,
      historyFile: layout.history,
      topK: plan.parameters.top_k_per_target.value,
      minSimilarity: plan.parameters.min_similarity.value,
      workspace: layout.ws,
      stageDir: layout.stagedImages(label),
      rowsCsv: path.join(layout.filter(label), "mined_rows.csv"),
      outDir,
      workers: context.workers,
    },
    inputs: [spec, checkpoint, routed, pool.file, split.csv, ...(encoder ? await encoderFiles(encoder) : [])],
    outputs: [
      outDir,
      path.join(layout.filter(label), "mined_rows.csv"),
      path.join(layout.filter(label), "mined_rows_provenance.csv"),
    ],
    receipt: path.join(outDir, "receipt.json"),
    shards: context.workers,
    // The ledger outlives the folder: an attempt that got as far as the ledger must find its files again.
    continues: true,
  });
  return {
    seconds: duration(seconds),
    summary: `${output.candidates} candidates, ${output.kept} above the cut-off, ${output.mined} new rows mined.`,
    commit: {
      kind: "ok",
      stage: "data_mining",
      evidence: {
        mining_mined_parquet: output.minedParquet,
        mining_candidate_parquet: output.candidateParquet,
        mining_summary: output.summary,
        mining_history_summary: output.historySummary,
        mining_target_embeddings: output.targetEmbeddings,
        mining_source_embeddings: output.sourceEmbeddings,
        mining_target_log: output.targetLog,
        mining_source_log: output.sourceLog,
        mining_knn_log: output.knnLog,
        mining_history: output.history,
        mining_mined_count: output.mined,
      },
    },
  };
}

/** An encoder and the side file that says how its pixels are normalised. */
async function encoderFiles(encoder: string): Promise<string[]> {
  const config = await encoderConfigFile(encoder);
  return config === undefined ? [encoder] : [encoder, config];
}

/** The ledger lists every iteration: one that mined nothing is entered too, or the next could not be mined. */
async function recordSkip(
  { layout, plan, clock }: RunContext,
  label: Label,
  iteration: number,
): Promise<void> {
  const stamp = await stampFor(layout.intents, `${label}-data_mining`, clock);
  await recordSkippedMining({
    files: miningFiles(layout.mining(label, stamp)),
    historyFile: layout.history,
    iteration,
    topK: plan.parameters.top_k_per_target.value,
  });
}

/** The grown training set of the iteration (contract 9). */
export async function mergeStep(context: RunContext, label: Label): Promise<StepResult<Ok<"data_merge">>> {
  const { layout, plan, state } = context;
  const iteration = iterationNumber(label);
  const record = state.iterations[label];
  const previous = trainingSplit(context, layout.previous(label));
  const sources: { source: "synthetic" | "mined"; csv: string }[] = [];
  const sdg = await resultOf<"anomalygen">(path.join(layout.anomalygen(label), "receipt.json"));
  if (record?.anomalygen_sdg_csv && sdg && sdg.admitted > 0)
    sources.push({ source: "synthetic", csv: sdg.rowsCsv });
  const mined = record?.mining_mined_parquet
    ? await resultOf<"data_mining">(path.join(path.dirname(record.mining_mined_parquet), "receipt.json"))
    : undefined;
  if (mined && mined.mined > 0) sources.push({ source: "mined", csv: mined.rowsCsv });
  if (sources.length === 0)
    throw new ReflowError(
      "data",
      "zero_new_rows",
      `${label} has no new rows: ${sdg?.admitted ?? 0} synthetic, ${mined?.mined ?? 0} mined`,
      "The pool is exhausted. Enlarge it, lower --min-similarity, or raise --top-k or --num-sdg.",
    );
  const outDir = layout.dataset(label);
  const spec = state.iterations[layout.previous(label)]?.training_spec as string;
  const files = [
    layout.combined(label),
    layout.combined(label).replace(/\.csv$/, "_provenance.csv"),
    path.join(outDir, "merge_validation.json"),
    path.join(layout.filter(label), "mining_pool.csv"),
  ];
  const images = plan.data.imagesDir;
  const { output, seconds } = await runJob<"data_merge">(context, {
    id: `${label}-data_merge`,
    stage: "data_merge",
    input: {
      label,
      iteration,
      previousCsv: previous.csv,
      basePrefix: iteration === 1 ? layout.fromWorkspace(images) : null,
      sources,
      validationCsv: plan.data.tables.validation.file,
      kpiCsv: plan.data.tables.kpi.file,
      releaseCsv: plan.data.tables.release?.file ?? null,
      imagesDir: images,
      workspace: layout.ws,
      spec,
      combinedCsv: files[0] as string,
      provenanceCsv: files[1] as string,
      report: files[2] as string,
      poolCsv: files[3] as string,
      workers: context.workers,
    },
    inputs: [previous.csv, ...sources.map((s) => s.csv), spec],
    outputs: files,
    receipt: path.join(outDir, "receipt.json"),
  });
  return {
    seconds: duration(seconds),
    summary: `Training set grew by ${output.added} to ${output.rows} rows${refusals(output.refused)}.`,
    commit: {
      kind: "ok",
      stage: "data_merge",
      evidence: {
        combined_training_csv: output.combinedCsv,
        provenance_csv: output.provenanceCsv,
        merge_validation_report: output.report,
      },
    },
  };
}

function refusals(refused: Readonly<Record<string, number>>): string {
  const parts = Object.entries(refused).filter(([, n]) => n > 0);
  return parts.length === 0 ? "" : `; not taken: ${parts.map(([reason, n]) => `${n} ${reason}`).join(", ")}`;
}

async function resultOf<S extends "anomalygen" | "data_mining">(
  file: string,
): Promise<StageOutput<S> | undefined> {
  return (await readReceipt(file))?.result as StageOutput<S> | undefined;
}
