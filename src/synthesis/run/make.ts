import path from "node:path";
import { dataError, ReflowError } from "../../kit/errors.js";
import {
  exists,
  hashFile,
  hashText,
  joinInside,
  readJson,
  writeFileAtomic,
  writeJsonAtomic,
} from "../../kit/files.js";
import { decodeImage, encodeImage, type Pixels } from "../../kit/images.js";
import { type Random, seeded } from "../../kit/random.js";
import { area, boundsOf, cropMask, cropPixels, type Mask } from "../../vision/index.js";
import { maskPicture, psnr } from "../candidate.js";
import type { Checkpoint } from "../checkpoint/read.js";
import { paintDefect, RECIPE, type Settings, type TypeKnowledge } from "../paint/index.js";
import { compressedAlike, jpegQuality } from "../paint/jpeg.js";
import { type Visibility, visibility } from "../quality/visibility.js";
import {
  augmentMask,
  enlargedMask,
  type Grid,
  instancesOf,
  type MaskAugmentation,
  windowOf,
} from "../window/index.js";
import { annotated } from "./annotate.js";
import { changeOutside } from "./outside.js";
import { type Job, readMask } from "./plan.js";

/** What was made of one job; kept beside its pictures so that an interrupted run goes on. */
export type Made = Readonly<{
  name: string;
  index: number;
  copy: number;
  seed: number;
  /** Over the mask, all channels; null stands for infinite: nothing changed. */
  psnr: number | null;
  /** Greatest change of a channel outside the enlarged masks: 0 by construction, measured all the same. */
  outside: number;
  augmentation: MaskAugmentation;
  instances: readonly Readonly<{
    window: Readonly<{ x: number; y: number; width: number; height: number }>;
    box: Readonly<{ x: number; y: number; width: number; height: number }>;
    painter: string;
    specimen: string | null;
    changed: number;
    /** How far it stands out of the clean picture, what that one's own texture is, and whether it shows. */
    contrast: number;
    noise: number;
    visible: boolean;
    /** Draws until it showed; with `visible` false all were used up. */
    draws: number;
  }>[];
  /** SHA-256 of every picture, by its path in the output. */
  files: Readonly<Record<string, string>>;
  /** Of everything that decides the bytes. */
  fingerprint: string;
}>;

/** Folders of the output (contract 6.2). */
export const FOLDERS = {
  original: "original_image",
  mask: "original_mask",
  made: "reconstructed_image",
  crop: "cropped_image",
  cropMask: "cropped_mask",
  annotated: "annotated_image",
} as const;

/** Guidance that leaves the strength of the checkpoint as it is. */
const PLAIN_GUIDANCE = 7;

/** Form of the receipts: another one is not read. */
const RECEIPT = 6;

/**
 * Paints the defects of one job and writes its pictures; what an earlier run made of the same inputs is kept. Throws
 * `mask_too_thin` for masks that nothing can be pasted through, or read and write errors.
 */
export async function makeJob(job: Job, checkpoint: Checkpoint, output: string, seed: number): Promise<Made> {
  const { row, name } = job;
  const own = row.seed ?? seed;
  const fingerprint = hashText(
    JSON.stringify([
      RECEIPT,
      await hashFile(row.image),
      await hashFile(row.mask),
      { ...row, image: "", mask: "", line: 0 },
      job.copy,
      own,
      checkpointKey(checkpoint, row.defectType),
    ]),
  );
  const receipt = path.join(output, "work", `${name}.json`);
  const old = (await readJson(receipt).catch(() => undefined)) as Made | undefined;
  if (old?.fingerprint === fingerprint && (await unchangedSince(old, output))) return old;

  const image = await decodeImage(row.image);
  const asked = await readMask(row.mask);
  const { mask, done } = augmentMask(asked, row.augmentation);
  const random = seeded(own).fork("synth", row.defectType, row.index, job.copy);
  const type = checkpoint.types.get(row.defectType)!;
  const settings = {
    ...checkpoint.settings,
    // Guidance stands for insistence: more of it paints stronger, within limits.
    strength:
      checkpoint.settings.strength * Math.max(0.6, Math.min(1.3, 1 + 0.06 * (row.guidance - PLAIN_GUIDANCE))),
  };
  const quality = await jpegQuality(row.image);
  const instances = instancesOf(mask, row.mostInstances);
  const parts: { mask: Mask; at: Made["instances"][number] }[] = [];
  let now = image;
  // From the last to the first, each on the result of the one before (contract 6.1).
  for (let j = instances.length - 1; j >= 0; j--) {
    const region = instances[j]!;
    const window = windowOf(region, gridOf(job, image))!;
    const drawn = await drawVisible(now, region, window, { type, settings, quality, random, part: j });
    now = drawn.image;
    const box = boundsOf(region)!;
    parts.unshift({ mask: region, at: { window, box, ...drawn.found } });
  }
  if (parts.every((p) => p.at.changed === 0)) throw unchanged(row.defectType, parts);
  const seen = parts.reduce((sum, p) => sum + (p.at.visible ? area(p.mask) : 0), 0);
  if (2 * seen < parts.reduce((sum, p) => sum + area(p.mask), 0)) throw invisible(row.defectType, parts);
  const files = await writePictures(output, name, image, now, mask, parts);
  const value = psnr(image, now, mask);
  const made: Made = {
    name,
    index: row.index,
    copy: job.copy,
    seed: own,
    psnr: Number.isFinite(value) ? Number(value.toFixed(6)) : null,
    outside: changeOutside(
      image,
      now,
      parts.map((p) => enlargedMask(p.mask, p.at.window)),
    ),
    augmentation: done,
    instances: parts.map((p) => p.at),
    files,
    fingerprint,
  };
  await writeJsonAtomic(receipt, made);
  return made;
}

/** Draws of one defect before it counts as invisible. */
const DRAWS = 4;

type Drawn = Readonly<{ image: Pixels; found: Omit<Made["instances"][number], "window" | "box"> }>;

/**
 * Paints one defect; where it does not show, again and stronger, with specimens that were not tried. The clearest draw is
 * taken. The first draw depends on nothing that later ones do.
 */
async function drawVisible(
  clean: Pixels,
  region: Mask,
  window: Made["instances"][number]["window"],
  o: { type: TypeKnowledge; settings: Settings; quality: number | undefined; random: Random; part: number },
): Promise<Drawn> {
  let best: Drawn | undefined;
  const tried = new Set<string>();
  for (let draw = 0; draw < DRAWS; draw++) {
    const random = draw === 0 ? o.random.fork("instance", o.part) : o.random.fork("again", o.part, draw);
    const fresh = o.type.specimens.filter((e) => !tried.has(e.id));
    const type = fresh.some((e) => e.picture) ? { ...o.type, specimens: fresh } : o.type;
    const settings = { ...o.settings, strength: o.settings.strength * (1 + 0.2 * draw) };
    const painted = paintDefect(clean, region, window, type, settings, random);
    const image = await compressedAlike(painted.image, painted.touched, o.quality);
    const { painter, specimen, changed } = painted;
    const shows = visibility(clean, image, region);
    const found = { painter, specimen: specimen ?? null, changed, ...shows, draws: draw + 1 };
    if (!best || clearness(shows) > clearness(best.found)) best = { image, found };
    if (shows.visible || changed === 0) break;
    if (specimen !== undefined) tried.add(specimen);
    best = { ...best, found: { ...best.found, draws: draw + 1 } };
  }
  return best!;
}

/** By how much a change exceeds the texture that hides it. */
function clearness({ contrast, noise, visible }: Visibility): number {
  return contrast / Math.max(1, noise) + (visible ? 1000 : 0);
}

function invisible(
  defectType: string,
  parts: readonly { at: Made["instances"][number] }[],
): ReturnType<typeof dataError> {
  const { contrast, noise } = parts.reduce((a, p) => (p.at.contrast > a.at.contrast ? p : a)).at;
  return dataError(
    "defect_no_effect",
    `"${defectType}" does not show here: after ${DRAWS} draws it differs by ${contrast} levels, the surface around by ${noise} from itself`,
    "Place the mask elsewhere, give stronger specimens, or raise guidance.",
  );
}

function unchanged(
  defectType: string,
  parts: readonly { at: Made["instances"][number] }[],
): ReturnType<typeof dataError> {
  if (parts.some((p) => p.at.painter === "none"))
    return dataError(
      "defect_no_effect",
      `nothing under the mask can become "${defectType}": the picture would stay as it is`,
      "Place the mask elsewhere.",
    );
  return dataError(
    "mask_too_thin",
    "nothing can be pasted through this mask: its parts are lines of one pixel",
    "Set morph_operation to dilate, or place it again.",
  );
}

/** `crop_and_paste: false` looks at the whole picture. */
function gridOf({ row }: Job, image: Pixels): Grid {
  if (!row.cropAndPaste) return { width: image.width, height: image.height };
  return row.cropGrid ?? { ratio: row.cropRatio ?? 2 };
}

async function writePictures(
  output: string,
  name: string,
  before: Pixels,
  after: Pixels,
  mask: Mask,
  parts: readonly { mask: Mask; at: Made["instances"][number] }[],
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const write = async (folder: string, file: string, picture: Pixels): Promise<void> => {
    const bytes = await encodeImage(picture, "png");
    files[`${folder}/${file}`] = hashText(bytes);
    await writeFileAtomic(path.join(output, folder, file), bytes);
  };
  await write(FOLDERS.original, `${name}.png`, before);
  await write(FOLDERS.mask, `${name}.png`, maskPicture(mask));
  for (const [j, part] of parts.entries()) {
    await write(FOLDERS.crop, `${name}_${j}.png`, cropPixels(before, part.at.window));
    await write(FOLDERS.cropMask, `${name}_${j}.png`, maskPicture(cropMask(part.mask, part.at.window)));
    await write(FOLDERS.annotated, `${name}_${j}.png`, annotated(before, part.at.box, part.at.window, j));
  }
  await write(FOLDERS.made, `${name}.png`, after);
  return files;
}

/** Whether the pictures of an earlier run are all there as they were written; others are made again. */
async function unchangedSince({ name, files }: Made, output: string): Promise<boolean> {
  if (typeof files !== "object" || files === null || !(`${FOLDERS.made}/${name}.png` in files)) return false;
  try {
    for (const [file, hash] of Object.entries(files)) {
      const at = joinInside(output, file);
      if (!(await exists(at)) || (await hashFile(at)) !== hash) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof ReflowError && error.kind === "data") return false;
    throw error;
  }
}

function checkpointKey(checkpoint: Checkpoint, defectType: string): unknown {
  const type = checkpoint.types.get(defectType);
  return [
    RECIPE,
    checkpoint.step,
    checkpoint.settings,
    type?.conductorIsDark,
    type?.specimens.map((e) => e.id),
  ];
}
