import path from "node:path";
import type { Pixels } from "../../kit/images.js";
import { area, type Box, type Mask, mask } from "../../vision/index.js";
import { type Levels, regionOfMask } from "../engine/regions.js";
import { COLOURS, framed, tinted } from "../overlay.js";
import { readMask } from "../picture.js";
import { largestPart } from "../submask.js";
import { AREA_ATTEMPTS, levelArea, placeFreely } from "./free.js";
import {
  blank,
  greyOf,
  maskName,
  openSample,
  type PlacedMask,
  type SampleResult,
  type SampleTask,
  type SeedSummary,
  writeMask,
} from "./task.js";
import { bestBox, boxInPixels, boxRegion } from "./text.js";

/** Places a sample on the whole image, or in the box that was found for its prompt (contract 5.7). */
export async function placeInRegion(task: SampleTask): Promise<SampleResult> {
  const { record, route } = task;
  const { clean, write } = await openSample(task);
  const submask = largestPart(await readMask(record.submask));
  const { width, height } = clean;
  const asked = route.kind === "text" ? route.boxes : undefined;
  const found = asked && bestBox(asked);
  const common = {
    name: path.parse(record.clean_image).name,
    defect_type: record.defect_type,
    route: asked ? ("text2roi" as const) : ("free" as const),
    ...(route.kind === "text" && !asked ? { reason: "prompt_not_read" as const } : {}),
  };
  const box = found && boxInPixels(found, width, height);
  if (asked && (!box || box.width < 1 || box.height < 1))
    return {
      summary: { ...common, status: "NO_DETECTION", n_candidates: 0, seeds: {} },
      masks: [],
      problems: [],
    };
  const region = box ? boxRegion(box, width, height) : mask(width, height, 1);
  if (task.assets) {
    await write("assets/roi_mask.png", greyOf(region));
    if (box) await write("assets/bbox.png", framed(clean, box, COLOURS.box));
  }
  const seeds: Record<string, SeedSummary> = {};
  const masks: PlacedMask[] = [];
  for (let k = 0; k < task.seeds; k++) {
    const most = task.mostCover === undefined ? undefined : task.mostCover * width * height;
    const { status, levels } = placeFreely(
      submask,
      regionOfMask(region),
      task.seed + k * AREA_ATTEMPTS,
      most,
    );
    seeds[k] = { status };
    if (!levels) continue;
    const name = maskName(record, k);
    if (task.assets)
      await write(`assets/${name}_overlay.png`, shown(clean, levels, box ? region : undefined, box));
    const covers = [
      part(levelArea(levels), width * height),
      part(area(submask), submask.data.length),
    ] as const;
    masks.push({ ...(await writeMask(task, k, { ...levels, channels: 1 })), covers });
  }
  return {
    summary: {
      ...common,
      status: "OK",
      n_candidates: 1,
      seeds,
      ...(box ? { bbox: [box.x, box.y, box.x + box.width, box.y + box.height] as const } : {}),
      ...(found?.point
        ? { point: [(found.point[0] / 1000) * width, (found.point[1] / 1000) * height] as const }
        : {}),
    },
    masks,
    problems: blank(clean, record.clean_image),
  };
}

function part(pixels: number, of: number): number {
  return Math.round((10_000 * pixels) / of) / 10_000;
}

function shown(clean: Pixels, levels: Levels, region: Mask | undefined, box: Box | undefined): Pixels {
  const placed: Mask = { ...levels, data: levels.data.map((v) => (v > 0 ? 1 : 0)) };
  const ground = region ? tinted(clean, region, COLOURS.region, 0.35) : clean;
  const out = tinted(ground, placed, COLOURS.mask, 0.55);
  return box ? framed(out, box, COLOURS.box) : out;
}
