import { ReflowError } from "../kit/errors.js";
import type { Emit } from "../kit/events.js";

export type PlaceMasksOptions = Readonly<{
  /** Dataset folder (contract 5.1). */
  dataset: string;
  /** Samples in all, at least 1. */
  numSdg: number;
  /** Folder of all results; new, empty, or of the same settings. */
  output: string;
  /** First seed of the placements (default 42). */
  seed?: number;
  /** Folder of clean images (default: the dataset folder). */
  clean?: string;
  /** Default: `defect_spec.jsonl` in the dataset folder. */
  defectSpec?: string;
  /** `inference` (default) shares samples evenly, `validation` by number of masks. */
  mode?: "inference" | "validation";
  /** Exact numbers by type, for `inference`. */
  perDefectCounts?: Readonly<Record<string, number>>;
  /** Answers of a vision language model to the prompts; without it they are not read. */
  boxes?: string;
  /** CAD candidates that get a defect in one mask: −1 (default) lets the seed decide. */
  instances?: number;
  /** Without CAD: largest part of its image that a mask may cover, above 0 to 1 (default: as it is drawn). */
  mostCover?: number;
  guidance?: number;
  cropRatio?: number;
  /** Leave out types that lack masks or clean images, instead of refusing all (dig C14). */
  dropUnplaceable?: boolean;
  /** Pictures of candidates and results beside the masks (default true). */
  assets?: boolean;
  workers?: number;
  emit?: Emit;
  signal?: AbortSignal;
}>;

/** Throws `num_sdg_invalid`, `seed_invalid`, `most_cover_invalid` or `counts_in_validation`. */
export function checkOptions(o: PlaceMasksOptions, seed: number): void {
  if (o.numSdg < 1)
    throw new ReflowError(
      "usage",
      "num_sdg_invalid",
      `there is nothing to place for ${o.numSdg} samples`,
      "Pass for example --num-sdg 20.",
    );
  if (!Number.isSafeInteger(seed) || seed < 0 || seed > 2_000_000_000)
    throw new ReflowError(
      "usage",
      "seed_invalid",
      `the seed must be a whole number from 0 to 2000000000, not ${seed}`,
      "Leave it out for 42.",
    );
  if (o.mostCover !== undefined && !(o.mostCover > 0 && o.mostCover <= 1))
    throw new ReflowError(
      "usage",
      "most_cover_invalid",
      `a mask can cover a part of its image from above 0 to 1, not ${o.mostCover}`,
      "Pass for example --most-cover 0.1.",
    );
  if (o.perDefectCounts && o.mode === "validation")
    throw new ReflowError(
      "usage",
      "counts_in_validation",
      "counts by type do not go with the validation mode",
      "Leave one of them out.",
    );
}
