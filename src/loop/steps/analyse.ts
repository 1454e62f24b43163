import path from "node:path";
import { readTable } from "../../dataset/index.js";
import { ReflowError } from "../../kit/index.js";
import { stampFor } from "../intents.js";
import { duration, type RunContext, runJob, type StepResult } from "../run-context.js";
import type { Commit, Label } from "../state/index.js";
import { trainingSplit } from "./train.js";

type Ok<S> = Extract<Commit, { kind: "ok"; stage: S }>;

/** Root-cause analysis of a label's evaluation; feeds the next iteration. */
export async function rcaStep(context: RunContext, label: Label): Promise<StepResult<Ok<"rca">>> {
  const { layout, plan, state } = context;
  const record = state.iterations[label];
  const spec = record?.training_spec as string;
  const checkpoint = record?.best_ckpt_path as string;
  const inferenceCsv = record?.inference_csv as string;
  const stamp = await stampFor(layout.intents, `${label}-rca`, context.clock);
  const outDir = layout.rca(label, stamp);
  const { output, seconds } = await runJob<"rca">(context, {
    id: `${label}-rca`,
    stage: "rca",
    input: {
      label,
      spec,
      checkpoint,
      inferenceCsv,
      kpiCsv: plan.data.tables.kpi.file,
      imagesDir: plan.data.imagesDir,
      outDir,
      minRecall: plan.parameters.min_recall.value,
      topK: plan.parameters.rca_top_k_per_label.value,
      target: plan.kpi_target,
      workers: context.workers,
    },
    inputs: [spec, checkpoint, inferenceCsv],
    outputs: [outDir],
    receipt: path.join(outDir, "receipt.json"),
  });
  const worst = output.targetDefects.slice(0, 5).join(", ") || "none";
  return {
    seconds: duration(seconds),
    summary: `${output.weakRows} weak rows at threshold ${output.threshold.toPrecision(6)}: ${output.missed} missed, ${output.falseAlarms} false alarms; labels to work on: ${worst}.`,
    commit: {
      kind: "ok",
      stage: "rca",
      evidence: {
        rca_gaps_parquet: output.gapsParquet,
        rca_threshold: output.threshold,
        rca_target_defects: output.targetDefects,
      },
    },
  };
}

/** Decides which weak rows go to mining and which to the generator (contract 6). */
export async function routingStep(context: RunContext, label: Label): Promise<StepResult<Ok<"routing">>> {
  const { layout, plan, state } = context;
  const gapsParquet = state.iterations[layout.previous(label)]?.rca_gaps_parquet as string;
  const poolCsv = plan.data.tables.pool?.file ?? null;
  const stamp = await stampFor(layout.intents, `${label}-routing`, context.clock);
  const outDir = layout.routing(label, stamp);
  const supported = await generatable(context, label);
  const { output, seconds } = await runJob<"routing">(context, {
    id: `${label}-routing`,
    stage: "routing",
    input: { label, gapsParquet, poolCsv, supported, outDir },
    inputs: [gapsParquet, ...(poolCsv ? [poolCsv] : [])],
    outputs: [outDir],
    receipt: path.join(outDir, "receipt.json"),
  });
  if (output.miningRows === 0 && output.anomalygenRows === 0)
    throw new ReflowError(
      "data",
      "nothing_routed",
      `no weak row can be mined or generated; labels without a source: ${output.dropped.join(", ") || "none"}`,
      "Add rows with these labels to the mining pool or to the training set.",
      { where: { file: gapsParquet } },
    );
  const dropped = output.dropped.length > 0 ? ` Dropped labels: ${output.dropped.join(", ")}.` : "";
  return {
    seconds: duration(seconds),
    summary: `${output.miningRows} rows to mining, ${output.anomalygenRows} to the generator.${dropped}`,
    commit: {
      kind: "ok",
      stage: "routing",
      evidence: {
        routing_mining_parquet: output.miningParquet,
        routing_anomalygen_parquet: output.anomalygenParquet,
      },
    },
  };
}

/**
 * Labels that the generator can make: PASS and every defect of the current training set, because the builtin one
 * learns its exemplars there. None when no synthetic rows are wanted.
 */
async function generatable(context: RunContext, label: Label): Promise<string[]> {
  if (context.plan.parameters.num_sdg.value === 0) return [];
  const { csv } = trainingSplit(context, context.layout.previous(label));
  const { table } = await readTable(csv);
  const column = table?.header.indexOf("label") ?? -1;
  const labels = new Set((table?.rows ?? []).map((r) => (r[column] as string).trim().toUpperCase()));
  return ["PASS", ...[...labels].filter((l) => l !== "PASS").sort()];
}
