import path from "node:path";
import { dataError } from "../../kit/errors.js";
import type { Pixels } from "../../kit/images.js";
import { type Mask, mask, union } from "../../vision/index.js";
import { type Candidate, solderGroups } from "../cad/candidate.js";
import { cadCandidates, isCadDefect } from "../cad/candidates.js";
import { parseCad } from "../cad/parse.js";
import { placeOnBoard } from "../cad/placing.js";
import { COLOURS, tinted } from "../overlay.js";
import { readMask, readRgb } from "../picture.js";
import { largestPart } from "../submask.js";
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

/** Part of the coloured pixels that must have exactly a colour of the label table. */
const EXACT = 0.5;

/**
 * Places a sample by its CAD mask (contract 5.6, 5.7). Without a candidate nothing is written but an empty `assets/`
 * counts. Throws `cad_mask_size` and `cad_mask_colours`.
 */
export async function placeCadSample(task: SampleTask): Promise<SampleResult> {
  const { record } = task;
  const cadFile = record.cad_mask as string;
  const defect = record.defect_type.slice(record.defect_type.indexOf("+") + 1);
  const { clean, write } = await openSample(task);
  const cadImage = await readRgb(cadFile);
  if (cadImage.width !== clean.width || cadImage.height !== clean.height)
    throw dataError(
      "cad_mask_size",
      `the CAD mask has ${cadImage.width}x${cadImage.height} pixels, its clean image ${clean.width}x${clean.height}`,
      "Cut both from one frame.",
      { file: cadFile },
    );
  checkColours(cadImage, task, cadFile);
  const common = {
    name: path.parse(cadFile).name,
    defect_type: record.defect_type,
    route: "cad2roi" as const,
  };
  const cad = parseCad(cadImage, task.classes);
  const candidates = isCadDefect(defect) ? cadCandidates(cad, defect) : [];
  if (!isCadDefect(defect) || candidates.length === 0)
    return {
      summary: { ...common, status: "NO_CANDIDATES", n_candidates: 0, seeds: {} },
      masks: [],
      problems: [
        {
          code: "no_roi_candidates",
          severity: "warning",
          message: `the board has no place for "${defect}"`,
          hint: "The CAD mask needs the classes that the defect's rule looks for.",
          where: { file: cadFile },
        },
      ],
    };
  if (task.assets) await writeCandidates(write, candidates, cadImage, clean);
  const submask = defect === "missing" ? undefined : largestPart(await readMask(record.submask));
  const groups = defect === "bridge" ? solderGroups(cad) : [];
  const seeds: Record<string, SeedSummary> = {};
  const masks: PlacedMask[] = [];
  for (let k = 0; k < task.seeds; k++) {
    const done = placeOnBoard({
      defect,
      candidates,
      groups,
      submask,
      seed: task.seed + k,
      instances: task.instances,
    });
    seeds[k] =
      defect === "missing"
        ? { status: done.status, n_selected: done.requested }
        : { status: done.status, n_requested: done.requested, n_placed: done.placed };
    if (!done.mask) continue;
    const name = maskName(record, k);
    if (task.assets) {
      await write(`assets/${name}_cad.png`, tinted(cadImage, done.mask, COLOURS.cadMask, 0.6));
      await write(`assets/${name}_real.png`, tinted(clean, done.mask, COLOURS.cadMask, 0.6));
    }
    masks.push(await writeMask(task, k, greyOf(done.mask)));
  }
  return {
    summary: { ...common, status: "OK", n_candidates: candidates.length, seeds },
    masks,
    problems: blank(clean, record.clean_image),
  };
}

async function writeCandidates(
  write: (name: string, image: Pixels) => Promise<void>,
  candidates: readonly Candidate[],
  cad: Pixels,
  clean: Pixels,
): Promise<void> {
  const all = candidates.reduce((sum: Mask, c) => union(sum, c.region), mask(cad.width, cad.height));
  await write("assets/roi_cad.png", tinted(cad, all, COLOURS.cadRegion, 0.6));
  await write("assets/roi_real.png", tinted(clean, all, COLOURS.cadRegion, 0.6));
  for (const [i, { region }] of candidates.entries()) await write(`assets/roi_${i}_mask.png`, greyOf(region));
}

/** A mask of other colours (black and white, smoothed, recompressed) would be read as classes that are not there. */
function checkColours(
  image: Pixels,
  { classes, background }: Pick<SampleTask, "classes" | "background">,
  file: string,
): void {
  const key = ([r, g, b]: readonly [number, number, number]): number => (r << 16) | (g << 8) | b;
  const known = new Set(classes.map(({ rgb }) => key(rgb)));
  const ignored = new Set([0, ...background.map(key)]);
  let coloured = 0;
  let exact = 0;
  for (let i = 0; i < image.data.length; i += 3) {
    const colour = key([image.data[i], image.data[i + 1], image.data[i + 2]]);
    if (ignored.has(colour)) continue;
    coloured++;
    if (known.has(colour)) exact++;
  }
  if (coloured === 0 || exact >= coloured * EXACT) return;
  throw dataError(
    "cad_mask_colours",
    `only ${Math.floor((100 * exact) / coloured)} % of the CAD mask's coloured pixels have a colour of the label table`,
    "Use the class mask as it was rendered: lossless, not smoothed, not black and white, with its own label table.",
    { file },
  );
}
