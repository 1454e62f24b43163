import path from "node:path";
import { dataError } from "../../kit/errors.js";
import { exists } from "../../kit/files.js";
import { fitCheckpoint, pickBestStep } from "../../synthesis/index.js";
import type { FlowRequest, Step } from "../run/types.js";

export type Learnt = {
  /** Below the output. */
  folder: string;
  types: { type: string; specimens: number; pictured: number }[];
  /** Average nn_score of each step; null where it could not be validated. */
  steps: { step: number; nn: number | null }[];
  best: number;
  warnings: { code: string; message: string }[];
};

/** Folder of a training below the output (dig 1.6); the job's name is constant text of the contract. */
export function trainingFolder({ name }: FlowRequest): string {
  return `finetune/results/anomaly_gen/${name}/${name}_training_FP32_lr0.02_bs=2_2b_512x512`;
}

/** Learns a bank of defects from the labelled pictures of `dataset` (an absolute path, or one below the output). */
export function learnStep(
  o: Readonly<{ request: FlowRequest; dataset: string; below: boolean; folder: string; makes: string }>,
): Step<Learnt> {
  return {
    id: "finetune",
    title: "Learning",
    makes: [o.makes],
    after: "continue",
    parameters: { name: o.request.name },
    files: o.below ? [] : [o.dataset],
    run: async ({ at, emit, signal }) => {
      const dataset = o.below ? at(o.dataset) : o.dataset;
      const r = await fitCheckpoint({
        dataset,
        output: at(o.folder),
        seed: o.request.seed,
        name: o.request.name,
        emit,
        ...(signal && { signal }),
      });
      return {
        folder: o.folder,
        types: r.types.map((t) => ({ type: t.defectType, specimens: t.specimens, pictured: t.pictured })),
        steps: r.steps.map(({ step, nn }) => ({ step, nn: mean(Object.values(nn)) })),
        best: r.best,
        warnings: r.problems.map(({ code, message }) => ({ code, message })).slice(0, 200),
      };
    },
    told: (r) => `${r.types.map((t) => `${t.type} ${t.specimens}`).join(", ")}; step ${r.best}`,
  };
}

/** The checkpoint that a storage root brings (dig 1.5, passthrough). Throws `artifact_missing`. */
export async function passthrough(root: string | undefined, usecase: string): Promise<string> {
  const folder = root === undefined ? undefined : path.join(root, "models", usecase);
  if (folder !== undefined && (await exists(folder)) && (await pickBestStep(folder)).step !== undefined)
    return folder;
  throw dataError(
    "artifact_missing",
    folder === undefined
      ? "use_pretrained_checkpoint=true needs a storage root with a checkpoint"
      : `there is no checkpoint in ${folder}`,
    "Learn first with --set use_pretrained_checkpoint=false, or copy the result of `reflow generate finetune` there.",
    folder === undefined ? undefined : { file: folder },
  );
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : Number((values.reduce((a, b) => a + b, 0) / values.length).toFixed(6));
}
