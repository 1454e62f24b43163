import path from "node:path";
import { writeFileAtomic } from "../kit/files.js";

/** One line of `testcase.jsonl` (contract 5.9): what a generator paints, where. Paths are relative to its folder. */
export type Testcase = Readonly<{
  image_filename: string;
  mask_filename: string;
  anomaly_type: string;
  guidance: number;
  num_steps: number;
  crop_and_paste: boolean;
  crop_ratio: number;
  crop_grid_X: string;
  crop_grid_Y: string;
  num_generated_images: number;
  poisson_blend: boolean;
  iteration_generation_max_instance: number;
}>;

/** Masks painted one after the other at most, where masks of one part were seen. */
const MOST_INSTANCES = 5;

/** A row with the contract's defaults. */
export function testcase(o: {
  image: string;
  mask: string;
  type: string;
  guidance: number;
  cropRatio: number;
  allMulti: boolean;
}): Testcase {
  return {
    image_filename: o.image,
    mask_filename: o.mask,
    anomaly_type: o.type,
    guidance: o.guidance,
    num_steps: 35,
    crop_and_paste: true,
    crop_ratio: o.cropRatio,
    crop_grid_X: "none",
    crop_grid_Y: "none",
    num_generated_images: 1,
    poisson_blend: false,
    iteration_generation_max_instance: o.allMulti ? 1 : MOST_INSTANCES,
  };
}

/** Writes the rows, one JSON object a line; guidance and ratio keep their point, as in `7.0`. */
export function writeTestcases(file: string, rows: readonly Testcase[]): Promise<void> {
  return writeFileAtomic(file, rows.map((row) => `${pointed(JSON.stringify(row))}\n`).join(""));
}

/** A path of the records: relative to their folder, so that both can move together. */
export function recordPath(folder: string, file: string): string {
  return path.relative(folder, file).split(path.sep).join("/");
}

function pointed(json: string): string {
  return json.replace(/"(guidance|crop_ratio)":(\d+)(?=[,}])/g, '"$1":$2.0');
}
