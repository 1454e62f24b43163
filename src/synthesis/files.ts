import { copyFile, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { formatCsv } from "../kit/csv.js";
import { explainWriteError, isErrno } from "../kit/errors.js";
import { writeFileAtomic, writeJsonAtomic } from "../kit/files.js";
import { makeFolder } from "../kit/folders.js";
import type { Admitted } from "./admit.js";
import { placementOf } from "./placement.js";
import type { Canvas, Exemplar, Recipe } from "./types.js";

/** An admitted sample with its final name. `index` is its line in testcase.jsonl, from 0. */
export type Sample = Readonly<{
  name: string;
  index: number;
  recipe: Recipe;
  canvas: Canvas;
  admitted: Admitted;
  /** 0 when the pictures were blocked (all black): such rows never reach training (T18). */
  guardrailPass: 0 | 1;
}>;

/** Columns of SDG_result.csv (contract 7.3). */
export const RESULT_COLUMNS = [
  "output_filename",
  "image_filename",
  "mask_filename",
  "anomaly_type",
  "guidance",
  "num_steps",
  "seed",
  "num_generated_images",
  "crop_and_paste",
  "crop_grid_X",
  "crop_grid_Y",
  "crop_ratio",
  "poisson_blend",
  "shift_values",
  "rotation_angle",
  "morph_operation",
  "PSNR",
  "index",
  "guardrail_pass",
] as const;

/** Gives the admitted samples their names: `T+A_<idx:05d>`, counted per type in the order of the samples. */
export function nameSamples(
  recipes: readonly Recipe[],
  canvases: readonly Canvas[],
  slots: readonly (readonly (Admitted | undefined)[])[],
): Sample[] {
  const samples: Sample[] = [];
  recipes.forEach((recipe, r) => {
    let idx = 0;
    for (const admitted of slots[r] ?? []) {
      if (!admitted) continue;
      samples.push({
        name: `${recipe.defectType}_${String(idx++).padStart(5, "0")}`,
        index: samples.length,
        recipe,
        canvas: canvases[admitted.candidate.canvas],
        admitted,
        guardrailPass: 1,
      });
    }
  });
  return samples;
}

/** Moves a file; copies it when the target is on another file system. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await makeFolder(path.dirname(to));
    try {
      await rename(from, to);
    } catch (error) {
      if (!isErrno(error, "EXDEV")) throw error;
      await copyFile(from, to);
      await rm(from);
    }
  } catch (error) {
    throw explainWriteError(error, to);
  }
}

/** A path of the records: relative to the stage's folder, so that records survive a move of the run. */
export function recordPath(outDir: string, file: string): string {
  return path.relative(outDir, file).split(path.sep).join("/");
}

/** Moves the pictures of the samples to `sdg/` and `amp/` and writes testcase.jsonl and SDG_result.csv. */
export async function writeResults(
  outDir: string,
  workDir: string,
  samples: readonly Sample[],
  seed: number,
): Promise<{ reconstructed: string[]; original: string[] }> {
  const sdg = path.join(outDir, "sdg");
  const lines: string[] = [];
  const rows: (readonly (string | number)[])[] = [];
  for (const folder of ["reconstructed_image", "original_image", "original_mask"])
    await makeFolder(path.join(sdg, folder));
  for (const sample of samples) {
    const { name, recipe, canvas, admitted } = sample;
    const { candidate } = admitted;
    const from = (file: string): string => path.join(workDir, candidate.folder, file);
    const safe = canvas.name.replaceAll(/[^\p{L}\p{N}._@-]/gu, "_");
    const ampMask = path.join(outDir, "amp", safe, recipe.defectType, `${name}__seed0.png`);
    await makeFolder(path.dirname(ampMask));
    await copyFile(from("mask.png"), ampMask);
    await moveFile(from("reconstructed.png"), path.join(sdg, "reconstructed_image", `${name}.png`));
    await moveFile(from("original.png"), path.join(sdg, "original_image", `${name}.png`));
    await moveFile(from("mask.png"), path.join(sdg, "original_mask", `${name}.png`));
    await moveFile(from("cropped.png"), path.join(sdg, "cropped_image", `${name}_0.png`));
    await moveFile(from("cropped_mask.png"), path.join(sdg, "cropped_mask", `${name}_0.png`));
    await moveFile(from("annotated.png"), path.join(sdg, "annotated_image", `${name}_0.png`));
    const image = recordPath(outDir, canvas.test[0]);
    const mask = recordPath(outDir, ampMask);
    const poisson = recipe.mode === "texture";
    lines.push(
      JSON.stringify({
        image_filename: image,
        mask_filename: mask,
        anomaly_type: recipe.defectType,
        guidance: 7.0,
        num_steps: 35,
        crop_and_paste: true,
        crop_ratio: 2.0,
        crop_grid_X: "none",
        crop_grid_Y: "none",
        num_generated_images: 1,
        poisson_blend: poisson,
        iteration_generation_max_instance: 5,
      }),
    );
    const angle = candidate.parameters.variation?.angle ?? 0;
    rows.push([
      `${name}.png`,
      image,
      mask,
      recipe.defectType,
      "7.0",
      35,
      seed,
      1,
      "True",
      "none",
      "none",
      "2.0",
      poisson ? "True" : "False",
      "0,0",
      Math.round((angle * 180) / Math.PI),
      "none",
      candidate.psnr.toFixed(4),
      sample.index,
      sample.guardrailPass,
    ]);
  }
  await writeFileAtomic(path.join(outDir, "testcase.jsonl"), lines.map((line) => `${line}\n`).join(""));
  await writeFileAtomic(path.join(sdg, "SDG_result.csv"), formatCsv(RESULT_COLUMNS, rows));
  return {
    reconstructed: (await readdir(path.join(sdg, "reconstructed_image"))).sort(),
    original: (await readdir(path.join(sdg, "original_image"))).sort(),
  };
}

/** Writes provenance.jsonl: for every row where it came from, how it was drawn, and why it was let in. */
export async function writeProvenance(
  file: string,
  outDir: string,
  samples: readonly Sample[],
  o: { seed: number; subdir: string; exemplars: readonly Exemplar[] },
): Promise<void> {
  const text = samples.map(({ name, recipe, canvas, admitted, guardrailPass }) => {
    const { candidate, admission, refused } = admitted;
    return `${JSON.stringify({
      object_name: name,
      input_path: `${o.subdir}_ng`,
      golden_path: `${o.subdir}_ok`,
      defect_type: recipe.defectType,
      label: recipe.label,
      generator: "builtin",
      seed: o.seed,
      sample: candidate.task.slot,
      attempt: candidate.task.attempt,
      crop_try: candidate.crop,
      clean_test: canvas.test.map((f) => recordPath(outDir, f)),
      clean_golden: canvas.golden.map((f) => recordPath(outDir, f)),
      exemplar: candidate.exemplar ?? null,
      exemplar_source: candidate.source ? recordPath(outDir, candidate.source) : null,
      exemplar_borrowed: recipe.borrowed,
      placement: placementOf(recipe, canvas),
      mask: `sdg/original_mask/${name}.png`,
      mask_box: candidate.box,
      mask_area: candidate.region.data.reduce((a, b) => a + b, 0),
      parameters: candidate.parameters,
      psnr: Number(candidate.psnr.toFixed(4)),
      admission,
      refused_before: refused,
      guardrail_pass: guardrailPass,
    })}\n`;
  });
  await writeFileAtomic(file, text.join(""));
}

/** allocation.json goes beside testcase.jsonl and, as the overlay shows it, into sdg/. */
export async function writeAllocation(outDir: string, counts: ReadonlyMap<string, number>): Promise<void> {
  const value = Object.fromEntries(counts);
  await writeJsonAtomic(path.join(outDir, "allocation.json"), value);
  await writeJsonAtomic(path.join(outDir, "sdg", "allocation.json"), value);
}

/** amp_samples.json: what was placed where, one record per sample. */
export async function writeAmpSamples(outDir: string, samples: readonly Sample[]): Promise<void> {
  await writeJsonAtomic(path.join(outDir, "amp_samples.json"), {
    n_seeds: 1,
    samples: samples.map(({ recipe, canvas, admitted }) => ({
      clean_image: recordPath(outDir, canvas.test[0]),
      defect_type: recipe.defectType,
      submask: admitted.candidate.exemplar ?? null,
      name: `${canvas.name}__${admitted.candidate.exemplar ?? "drawn"}`,
      cad_mask: canvas.cadMask ? recordPath(outDir, canvas.cadMask) : null,
      cad_mask_label: null,
    })),
  });
}
