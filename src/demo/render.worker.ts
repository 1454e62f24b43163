import { writeFile } from "node:fs/promises";
import path from "node:path";
import { isMainThread } from "node:worker_threads";
import sharp from "sharp";
import { encodeImage } from "../kit/images.js";
import { seeded } from "../kit/random.js";
import type { Design, Site } from "./design.js";
import { LIGHTINGS, noiseTable } from "./light.js";
import { type DemoTable, folderOf, makeDesigns, type Shot } from "./plan.js";
import { renderSite } from "./scene.js";

export type RenderTask = Readonly<{
  seed: number;
  tables: readonly DemoTable[];
  images: string;
  shots: readonly Shot[];
}>;

/** JPEG quality of the demo's camera. */
const QUALITY = 92;

if (!isMainThread) sharp.concurrency(1);

/** What a thread makes from the seed once. */
type Studio = Readonly<{ key: string; designs: ReadonlyMap<number, Design>; noise: Float32Array }>;
let studio: Studio | undefined;

/** Draws shots and writes their files; returns how many files. Plain writes: the tables, written last, vouch for them. */
export default async function render(task: RenderTask): Promise<number> {
  const root = seeded(task.seed);
  const key = JSON.stringify([task.seed, task.tables]);
  if (studio?.key !== key)
    studio = { key, designs: makeDesigns(task.tables, root), noise: noiseTable(root.fork("noise")) };
  const { designs, noise } = studio;
  for (const shot of task.shots) {
    const site = (designs.get(shot.design) as Design).sites[shot.site] as Site;
    const random = root.fork("shot", shot.design, shot.serial, shot.site);
    const pictures = renderSite(site, shot.unit, shot.flaw, random, noise);
    const folder = path.join(task.images, folderOf(shot, designs));
    await Promise.all(
      pictures.map(async (picture, i) =>
        writeFile(
          path.join(folder, `${site.name}_${LIGHTINGS[i]}.jpg`),
          await encodeImage(picture, "jpeg", QUALITY),
        ),
      ),
    );
  }
  return task.shots.length * LIGHTINGS.length;
}
