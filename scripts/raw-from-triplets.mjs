// Arranges pictures of golden, test and mask (`<k>_golden.png`, `<k>_test.png`, `<k>_mask.png`) as the raw data set of a use
// case, so that `reflow generate day1-roi` can learn from them:
//
//   node scripts/raw-from-triplets.mjs <triplets> <root>/datasets/pcb/raw IC bridge
//   reflow generate day1-roi --cookbook pcb --set dig_url_root=<root> --set num_sdg=12 --output out
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const [from, to, material, defect] = process.argv.slice(2);
if (!defect) throw new Error("usage: raw-from-triplets.mjs <triplets> <raw> <material> <defect>");
const folders = {
  golden: path.join(to, material, "clean_image"),
  test: path.join(to, material, "anomaly_image", defect),
  mask: path.join(to, material, "mask", defect),
};
for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
for (const name of readdirSync(from)) {
  const [, stem, kind] = /^(.+)_(golden|test|mask)\.png$/.exec(name) ?? [];
  // The mask of picture X is X_mask.
  if (kind)
    copyFileSync(
      path.join(from, name),
      path.join(folders[kind], `${stem}${kind === "mask" ? "_mask" : ""}.png`),
    );
}
const spec = {
  defect_type: `${material}+${defect}`,
  spatial_dependency: "free",
  roi_prompt_defect_location: "",
};
writeFileSync(path.join(to, "defect_spec.jsonl"), `${JSON.stringify(spec)}\n`);
