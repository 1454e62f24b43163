import { copyFile, readdir } from "node:fs/promises";
import path from "node:path";
import { dataError } from "../../kit/errors.js";
import { makeFolder } from "../../kit/folders.js";
import { imagesIn } from "../../placement/index.js";
import { writeSpec } from "../anomaly/stage.js";
import { stageSubmasks } from "../anomaly/submasks.js";
import { pairsOf, word } from "../run/knobs.js";
import type { FlowRequest, Step } from "../run/types.js";

const DATASET = "dataset";

export type Flat = { folder: string; clean: number; dropped: string[] };

/**
 * Makes a data set of an unordered folder (dig 1.5, mode B): clean pictures from the first `clean_image` or
 * `clean_images`, else the folder itself; masks from the first `submasks`, `mask` or `masks`; pictures of defects from
 * `anomaly_image`, where there are some; types from `anomaly_types_json`. Without CAD masks places are free.
 * Throws `clean_images_missing` and `submasks_missing`.
 */
export function flatStep(request: FlowRequest, raw: string): Step<Flat> {
  const pairs = pairsOf(request.knobs);
  const dependency = word(request.knobs, "default_spatial_dependency");
  return {
    id: "stage",
    title: "Data set",
    makes: [DATASET],
    after: "clean",
    parameters: { pairs: pairs.map((pair) => pair.join("+")), dependency },
    files: [raw],
    run: async ({ at }) => {
      const to = at(DATASET);
      const cleanFolder = (await firstFolder(raw, ["clean_image", "clean_images"])) ?? raw;
      const clean = await imagesIn(cleanFolder);
      if (clean.length === 0)
        throw dataError(
          "clean_images_missing",
          `${raw} has no clean pictures`,
          "Put them into clean_image/.",
          { file: raw },
        );
      const masks = (await firstFolder(raw, ["submasks", "mask", "masks"])) ?? raw;
      for (const material of new Set(pairs.map(([m]) => m)))
        await copyAll(cleanFolder, clean, path.join(to, material, "clean_image"));
      for (const [material, defect] of pairs) {
        await stageSubmasks({ raw: masks, to, material, defect, seed: request.seed });
        for (const from of [
          path.join(raw, material, "anomaly_image", defect),
          path.join(raw, "anomaly_image", defect),
        ]) {
          const pictures = await imagesIn(from);
          if (pictures.length === 0) continue;
          await copyAll(from, pictures, path.join(to, material, "anomaly_image", defect));
          break;
        }
      }
      await writeSpec(to, pairs, dependency === "cad" ? "free" : dependency);
      return { folder: DATASET, clean: clean.length, dropped: [] };
    },
    told: (r) => `${r.clean} clean pictures`,
  };
}

async function copyAll(from: string, names: readonly string[], to: string): Promise<void> {
  await makeFolder(to);
  for (const name of names) await copyFile(path.join(from, name), path.join(to, name));
}

/** The first folder of one of these names, nearest to the top. */
async function firstFolder(root: string, names: readonly string[]): Promise<string | undefined> {
  let level = [root];
  for (let depth = 0; depth < 3; depth++) {
    const next: string[] = [];
    for (const folder of level)
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        if (!entry.isDirectory()) continue;
        if (names.includes(entry.name)) return path.join(folder, entry.name);
        next.push(path.join(folder, entry.name));
      }
    level = next.sort();
  }
  return undefined;
}
