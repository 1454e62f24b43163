import { readFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { writeFileAtomic } from "../../kit/files.js";
import type { Cookbook, Recipe } from "../cookbook/index.js";

/**
 * Writes the cookbook as it was used beside the frames (dig 1.3, 1.7): `pcba_target.yaml`, the image file
 * (`day0_image.yaml`, or `render_config.yaml` for defects) and `day0_crop.yaml`, which the crop step reads.
 * `record`: the resolved configuration.
 */
export async function writeResolved(
  output: string,
  record: Readonly<Record<string, unknown>>,
  recipe: Pick<Recipe, "targetKeys">,
  cookbook: Pick<Cookbook, "cropFile">,
): Promise<void> {
  const target = new Set(recipe.targetKeys);
  const part = (ofTarget: boolean) =>
    stringify(Object.fromEntries(Object.entries(record).filter(([key]) => target.has(key) === ofTarget)));
  const image = record.pipeline_type === "good" ? "day0_image.yaml" : "render_config.yaml";
  await writeFileAtomic(path.join(output, "pcba_target.yaml"), part(true));
  await writeFileAtomic(path.join(output, image), part(false));
  const crop = cookbook.cropFile;
  if (crop) await writeFileAtomic(path.join(output, "day0_crop.yaml"), await readFile(crop));
}
