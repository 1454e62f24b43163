import { rm } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomic, writeJsonAtomic } from "../../kit/files.js";
import { area, boundsOf } from "../../vision/index.js";
import { FOLDERS } from "../run/make.js";
import { readMask } from "../run/plan.js";
import { same } from "../run/scene.js";
import type { Done } from "../run/table.js";
import { labelInstances } from "./instances.js";
import { compressRuns, runLengths } from "./rle.js";

/**
 * Labels of a finished run (contract 6.5) in `<output>/labels`: `images/`, `masks/`, `coco_annotations.json` (compressed
 * run lengths, boxes, areas), `classification/`, `captions/`, and YOLO boxes in `yolo/`. Category ids are 1 … n by
 * sorted name; YOLO counts from 0. Gives the number of instances.
 */
export async function writeLabels(output: string, done: readonly Done[]): Promise<number> {
  const to = path.join(output, "labels");
  await rm(to, { recursive: true, force: true });
  const names = [...new Set(done.map((d) => d.job.row.defectType))].sort();
  const images: unknown[] = [];
  const annotations: unknown[] = [];
  const listed: string[] = [];
  for (const [i, { job }] of done.entries()) {
    const file = `${job.name}.png`;
    const type = job.row.defectType;
    const mask = await readMask(path.join(output, FOLDERS.mask, file));
    await same(path.join(output, FOLDERS.made, file), path.join(to, "images", file));
    await same(path.join(output, FOLDERS.mask, file), path.join(to, "masks", file));
    await same(path.join(output, FOLDERS.made, file), path.join(to, "classification", type, file));
    await same(path.join(output, FOLDERS.original, file), path.join(to, "classification", "original", file));
    images.push({ id: i + 1, width: mask.width, height: mask.height, file_name: file });
    const lines: string[] = [];
    for (const instance of labelInstances(mask)) {
      const box = boundsOf(instance)!;
      annotations.push({
        id: annotations.length + 1,
        image_id: i + 1,
        category_id: names.indexOf(type) + 1,
        segmentation: { size: [mask.height, mask.width], counts: compressRuns(runLengths(instance)) },
        bbox: [box.x, box.y, box.width, box.height],
        area: area(instance),
        iscrowd: 0,
      });
      const share = (value: number, of: number): string => (value / of).toFixed(6);
      lines.push(
        [
          names.indexOf(type),
          share(box.x + box.width / 2, mask.width),
          share(box.y + box.height / 2, mask.height),
          share(box.width, mask.width),
          share(box.height, mask.height),
        ].join(" "),
      );
    }
    await same(path.join(output, FOLDERS.made, file), path.join(to, "yolo", "images", file));
    await writeFileAtomic(
      path.join(to, "yolo", "labels", `${job.name}.txt`),
      lines.map((l) => `${l}\n`).join(""),
    );
    const [texture, anomaly] = type.split("+");
    await writeFileAtomic(path.join(to, "captions", `${job.name}.txt`), `a ${texture} with ${anomaly}\n`);
    listed.push(`images/${file}`);
  }
  const categories = names.map((name, i) => ({ id: i + 1, name }));
  await writeJsonAtomic(path.join(to, "coco_annotations.json"), { images, annotations, categories });
  await writeFileAtomic(
    path.join(to, "classification", "classes.txt"),
    ["original", ...names].map((n) => `${n}\n`).join(""),
  );
  await writeFileAtomic(
    path.join(to, "yolo", "data.yaml"),
    `train: images\nval: images\nnames:\n${names.map((n, i) => `  ${i}: ${JSON.stringify(n)}\n`).join("")}`,
  );
  return annotations.length;
}
