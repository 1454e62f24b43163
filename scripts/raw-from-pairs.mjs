// Makes the raw data set of a use case out of a clean picture and pictures of the same view with a defect: the mask of each
// is where it differs from the clean one.
//
//   node scripts/raw-from-pairs.mjs <root>/datasets/pcb/raw <material> <clean.png> <defect>=<picture.png> …
//   reflow generate day1-roi --cookbook pcb --set dig_url_root=<root> --set num_sdg=12 --output out
import { appendFileSync, copyFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import sharp from "sharp";

/** Grey levels by which a defect must differ, after smoothing. */
const LEAST = 24;

const [raw, material, clean, ...defects] = process.argv.slice(2);
if (defects.length === 0)
  throw new Error("usage: raw-from-pairs.mjs <raw> <material> <clean> <defect>=<picture> …");

const read = (file) =>
  sharp(file)
    .flatten({ background: "#000" })
    .toColourspace("srgb")
    .blur(1.5)
    .raw()
    .toBuffer({ resolveWithObject: true });
const golden = await read(clean);
const { width, height, channels } = golden.info;
const put = (from, ...to) => {
  const file = path.join(raw, material, ...to);
  mkdirSync(path.dirname(file), { recursive: true });
  copyFileSync(from, file);
  return file;
};
put(clean, "clean_image", path.basename(clean));
for (const word of defects) {
  const [defect, file] = word.split("=");
  const { data, info } = await read(file);
  if (info.width !== width || info.height !== height)
    throw new Error(`${file} is not of the size of ${clean}`);
  const mask = Buffer.alloc(width * height);
  for (let i = 0; i < mask.length; i++)
    for (let c = 0; c < channels; c++)
      if (Math.abs(data[i * channels + c] - golden.data[i * channels + c]) > LEAST) mask[i] = 255;
  const stem = path.parse(file).name;
  put(file, "anomaly_image", defect, `${stem}${path.extname(file)}`);
  const target = path.join(raw, material, "mask", defect, `${stem}_mask.png`);
  mkdirSync(path.dirname(target), { recursive: true });
  // A median closes pinholes and takes specks away.
  await sharp(mask, { raw: { width, height, channels: 1 } })
    .median(7)
    .threshold(128)
    .toColourspace("b-w")
    .png()
    .toFile(target);
  appendFileSync(
    path.join(raw, "defect_spec.jsonl"),
    `${JSON.stringify({ defect_type: `${material}+${defect}`, spatial_dependency: "free", roi_prompt_defect_location: "" })}\n`,
  );
}
