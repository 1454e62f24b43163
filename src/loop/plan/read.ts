import path from "node:path";
import { z } from "zod";
import { dataError, readJson } from "../../kit/index.js";
import type { Plan } from "./types.js";

const sourced = <T extends z.ZodType>(value: T) =>
  z.looseObject({ value, source: z.enum(["user", "spec", "default"]) });
const number = sourced(z.number());
const text = sourced(z.string());
const maybe = sourced(z.string().nullable());
const table = z.looseObject({ file: z.string(), sha256: z.string(), rows: z.int(), ng: z.int() });

/** What a run takes from its plan. Unknown keys are kept: a later version may have more. */
const shape = z.looseObject({
  version: z.literal(1),
  plan_hash: z.string().min(1),
  workspace: z.string(),
  kpi_target: z.string(),
  metric_contract: z.looseObject({
    name: z.string(),
    operator: z.string(),
    target: z.number(),
    evaluator: z.looseObject({ type: z.string() }),
    constraints: z.array(z.unknown()),
  }),
  parameters: z.looseObject({
    kpi: text,
    max_iterations: number,
    claim: maybe,
    seed: number,
    num_epochs: number,
    batch_size: number,
    num_sdg: number,
    top_k_per_target: number,
    min_similarity: number,
    rca_top_k_per_label: number,
    min_recall: number,
    workers: number,
    encoder: maybe,
    baseline_checkpoint: maybe,
  }),
  data: z.looseObject({
    tables: z.looseObject({
      train: table,
      validation: table,
      kpi: table,
      pool: table.optional(),
      release: table.optional(),
    }),
    imagesDir: z.string(),
    images: z.looseObject({ sha256: z.string() }),
  }),
  spec: z.record(z.string(), z.unknown()),
  lights: z.array(z.string()),
  image_ext: z.string(),
  defect_spec: z.string().nullable(),
  defect_dataset: z.string().nullable(),
  checks: z.array(z.unknown()),
  problems: z.array(z.unknown()),
});

/** `plan.json` of a run folder. */
export function planFile(runDir: string): string {
  return path.join(runDir, "plan.json");
}

/** Reads a plan that was written before. Throws `plan_missing`, `plan_invalid` or `json_invalid`. */
export async function readPlanFile(runDir: string): Promise<Plan> {
  const file = planFile(runDir);
  const raw = await readJson(file).catch((error: unknown) => {
    if ((error as { code?: string }).code === "file_missing")
      throw dataError(
        "plan_missing",
        "the run has no plan.json",
        "It was not made by reflow; start a new run.",
        { file },
      );
    throw error;
  });
  const parsed = shape.safeParse(raw);
  if (parsed.success) return raw as Plan;
  const issue = parsed.error.issues[0];
  throw dataError(
    "plan_invalid",
    `plan.json is not a plan: ${issue?.path.join(".") || "the whole file"}: ${issue?.message}`,
    "The file was changed by hand or by another program. Restore it, or start a new run.",
    { file },
  );
}
