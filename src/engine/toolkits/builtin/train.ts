import { train } from "../../../changenet/index.js";
import { ReflowError, writeFileAtomic } from "../../../kit/index.js";
import type { StageFunction } from "../../toolkit.js";
import { loadRows, specOf } from "./rows.js";

/** Trains by the spec alone: its data sets, epochs and warm start (contract 10.2). */
export const trainStage: StageFunction<"train"> = async (input, { seed, emit, signal }) => {
  const spec = specOf(input.specText, input.trainingSpec);
  const data = at(spec.raw, "dataset", "classify");
  const training = split(data, "train_dataset", input.trainingSpec);
  const validation = split(data, "validation_dataset", input.trainingSpec);
  const { rows } = await loadRows(training.csv, training.imagesDir, spec);
  const held = await loadRows(validation.csv, validation.imagesDir, spec);
  const pretrained = at(spec.raw, "train", "pretrained_model_path");
  const result = await train({
    spec,
    train: rows,
    validation: held.rows,
    outDir: input.outDir,
    seed,
    workers: input.workers,
    emit,
    signal,
    ...(typeof pretrained === "string" && pretrained !== "" ? { pretrained } : {}),
  });
  // Last, because training begins with an emptied folder.
  await writeFileAtomic(input.trainingSpec, input.specText);
  // Times are no result: a second run gives the same receipt.
  const { seconds: _, pairsPerSecond: __, ...trained } = result;
  return { ...trained, pairs: rows.length };
};

function at(tree: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>(
    (node, key) =>
      typeof node === "object" && node !== null ? (node as Record<string, unknown>)[key] : undefined,
    tree,
  );
}

function split(data: unknown, name: string, file: string): { csv: string; imagesDir: string } {
  const csv = at(data, name, "csv_path");
  const imagesDir = at(data, name, "images_dir");
  if (typeof csv !== "string" || typeof imagesDir !== "string")
    throw new ReflowError(
      "data",
      "spec_dataset",
      `the spec names no ${name}`,
      "Give csv_path and images_dir.",
      {
        where: { file, field: `dataset.classify.${name}` },
      },
    );
  return { csv, imagesDir };
}
