import path from "node:path";
import { writeFileAtomic } from "../../kit/files.js";
import { writeImage } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import { GLASS_DEFECTS, glassPicture } from "./glass.js";

const TEXTURE = "Phone";
/** Clean pictures, and labelled ones of each defect. */
const CLEAN = 10;
const LABELLED = 10;

/** Writes drawn glass in the layout of a raw data set (dig 1.5), with its `defect_spec.jsonl`. Returns the pictures written. */
export async function writeGlassDataset(
  root: string,
  seed: number,
  onPicture: (done: number, total: number) => void,
): Promise<number> {
  const random = seeded(seed).fork("glass");
  const total = CLEAN + LABELLED * GLASS_DEFECTS.length;
  let done = 0;
  const at = (...names: readonly string[]) => path.join(root, TEXTURE, ...names);
  for (let k = 0; k < CLEAN; k++) {
    await writeImage(
      at("clean_image", `clean_${number(k)}.png`),
      glassPicture(undefined, random.fork("clean", k)).picture,
    );
    onPicture(++done, total);
  }
  for (const defect of GLASS_DEFECTS)
    for (let k = 0; k < LABELLED; k++) {
      const { picture, mask } = glassPicture(defect, random.fork(defect, k));
      await writeImage(at("anomaly_image", defect, `${defect}_${number(k)}.png`), picture);
      if (mask) await writeImage(at("mask", defect, `${defect}_${number(k)}_mask.png`), mask);
      onPicture(++done, total);
    }
  const spec = GLASS_DEFECTS.map((defect) =>
    JSON.stringify({
      defect_type: `${TEXTURE}+${defect}`,
      spatial_dependency: "free",
      roi_prompt_defect_location: "",
    }),
  );
  await writeFileAtomic(path.join(root, "defect_spec.jsonl"), `${spec.join("\n")}\n`);
  return total;
}

function number(k: number): string {
  return String(k).padStart(3, "0");
}
