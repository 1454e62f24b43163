import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { decodeImage, imageSize } from "../../kit/images.js";
import { components, grey, looksLikeMask, type Mask, threshold } from "../../vision/index.js";
import type { Checkpoint } from "../checkpoint/read.js";
import type { Testcase } from "./testcases.js";

/** One picture to make: a row, which of its copies, and its names. */
export type Job = Readonly<{
  row: Testcase;
  copy: number;
  /** `T+A_<idx:05d>`; idx counts per type in processing order (contract 6.2). */
  name: string;
}>;

/**
 * Orders the rows by the number of parts of their masks (stable) and names what they will give. Rows whose mask or
 * picture cannot be used, or whose type the checkpoint does not know, become problems and get no name.
 */
export async function planJobs(
  rows: readonly Testcase[],
  checkpoint: Checkpoint,
  file: string,
): Promise<{ jobs: Job[]; problems: Problem[] }> {
  const problems: Problem[] = [];
  const usable: { row: Testcase; parts: number }[] = [];
  for (const row of rows) {
    try {
      if (!checkpoint.types.has(row.defectType))
        throw dataError(
          "defect_unknown",
          `the checkpoint does not know "${row.defectType}"`,
          `It knows ${[...checkpoint.types.keys()].join(", ")}.`,
          { field: "anomaly_type" },
        );
      const mask = await readMask(row.mask);
      const size = await imageSize(row.image);
      if (size.width !== mask.width || size.height !== mask.height)
        throw dataError(
          "mask_size_mismatch",
          `the mask has ${mask.width}x${mask.height} pixels, its picture ${size.width}x${size.height}`,
          "Resize the mask to its picture, with nearest neighbours.",
          { field: "mask_filename" },
        );
      const { parts } = components(mask);
      if (parts.length === 0)
        throw dataError("mask_empty", `${row.mask} has no white pixel (above 127)`, "Place it again.", {
          field: "mask_filename",
        });
      usable.push({ row, parts: parts.length });
    } catch (error) {
      if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
      const { code, message, hint, where } = error;
      problems.push({
        code,
        severity: "error",
        message,
        hint,
        where: { file, row: row.line, ...(where?.field ? { field: where.field } : {}) },
      });
    }
  }
  usable.sort((a, b) => a.parts - b.parts || a.row.index - b.row.index);
  const counts = new Map<string, number>();
  const jobs: Job[] = [];
  for (const { row } of usable)
    for (let copy = 0; copy < row.copies; copy++) {
      const idx = counts.get(row.defectType) ?? 0;
      counts.set(row.defectType, idx + 1);
      jobs.push({ row, copy, name: `${row.defectType}_${String(idx).padStart(5, "0")}` });
    }
  return { jobs, problems };
}

/** A mask as contract 6.1 reads it: grey, white above 127. Throws `mask_not_binary` for a photo. */
export async function readMask(file: string): Promise<Mask> {
  const image = await decodeImage(file, "gray");
  if (!looksLikeMask(image.data)) throw notBinary(file);
  return threshold(grey(image), 127);
}

/** The refusal of a picture that was given for a mask. */
export function notBinary(file: string): ReflowError {
  return dataError(
    "mask_not_binary",
    `${file} is no mask: most of what is not black is grey, not white`,
    "Give a picture that is white on the defect and black elsewhere.",
    { file, field: "mask_filename" },
  );
}
