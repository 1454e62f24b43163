import { copyFile, readdir } from "node:fs/promises";
import path from "node:path";
import { dataError } from "../../kit/errors.js";
import { makeFolder } from "../../kit/folders.js";
import { writeImage } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import { imagesIn } from "../../placement/index.js";
import { boardShape } from "../exemplars/boards.js";

/** Drawn shapes of one defect. */
const DRAWN = 8;

/**
 * Puts the masks of a defect into `<to>/<MAT>/mask/<defect>`: from a raw data set where there is one (`<MAT>/mask/<defect>`,
 * then `<defect>`, also one folder down; dig 1.5), else shapes drawn by the defect's name. Returns their number. Throws
 * `submasks_missing`.
 */
export async function stageSubmasks(
  o: Readonly<{ raw: string | undefined; to: string; material: string; defect: string; seed: number }>,
): Promise<number> {
  const folder = path.join(o.to, o.material, "mask", o.defect);
  if (o.raw !== undefined) {
    const from = await submaskFolder(o.raw, o.material, o.defect);
    if (!from)
      throw dataError(
        "submasks_missing",
        `${o.raw} has no masks of ${o.material}+${o.defect}`,
        `Expected ${o.material}/mask/${o.defect} or ${o.defect}; prepare the root with \`reflow setup\`, or leave the pair out of anomaly_types_json.`,
        { file: o.raw },
      );
    await makeFolder(folder);
    const names = await imagesIn(from);
    for (const name of names) await copyFile(path.join(from, name), path.join(folder, name));
    return names.length;
  }
  const random = seeded(o.seed).fork("shape", o.material, o.defect);
  for (let k = 0; k < DRAWN; k++) {
    const shape = boardShape(o.defect, random.fork(k));
    if (!shape)
      throw dataError(
        "submasks_missing",
        `no shape is known for ${o.material}+${o.defect}`,
        "Name a root with labelled pictures: --set dig_url_root=<folder>.",
      );
    await writeImage(path.join(folder, `${o.defect}_${String(k).padStart(2, "0")}_mask.png`), shape);
  }
  return DRAWN;
}

async function submaskFolder(raw: string, material: string, defect: string): Promise<string | undefined> {
  const below = (await readdir(raw, { withFileTypes: true }).catch(() => []))
    .filter((e) => e.isDirectory())
    .map((e) => path.join(raw, e.name))
    .sort();
  for (const base of [raw, ...below])
    for (const folder of [path.join(base, material, "mask", defect), path.join(base, defect)])
      if ((await imagesIn(folder)).length > 0) return folder;
  return undefined;
}
