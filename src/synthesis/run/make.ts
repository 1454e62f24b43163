import path from "node:path";
import { dataError } from "../../kit/errors.js";
import { exists, hashFile, hashText, readJson, writeFileAtomic, writeJsonAtomic } from "../../kit/files.js";
import { decodeImage, encodeImage, type Pixels } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import { boundsOf, cropMask, cropPixels, type Mask } from "../../vision/index.js";
import { maskPicture, psnr } from "../candidate.js";
import type { Checkpoint } from "../checkpoint/read.js";
import { paintDefect } from "../paint/index.js";
import { compressedAlike, jpegQuality } from "../paint/jpeg.js";
import { augmentMask, type Grid, instancesOf, type MaskAugmentation, windowOf } from "../window/index.js";
import { annotated } from "./annotate.js";
import { type Job, readMask } from "./plan.js";

/** What was made of one job; kept beside its pictures so that an interrupted run goes on. */
export type Made = Readonly<{
  name: string;
  index: number;
  copy: number;
  seed: number;
  /** Over the mask, all channels; null stands for infinite: nothing changed. */
  psnr: number | null;
  /** Greatest change of a pixel outside the enlarged masks: 0 by construction, measured all the same. */
  outside: number;
  augmentation: MaskAugmentation;
  instances: readonly Readonly<{
    window: Readonly<{ x: number; y: number; width: number; height: number }>;
    box: Readonly<{ x: number; y: number; width: number; height: number }>;
    painter: string;
    specimen: string | null;
    changed: number;
  }>[];
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

/**
 * Paints the defects of one job and writes its pictures; what an earlier run made of the same inputs is kept. Throws
 * `mask_too_thin` for masks that nothing can be pasted through, or read and write errors.
 */
export async function makeJob(job: Job, checkpoint: Checkpoint, output: string, seed: number): Promise<Made> {
  const { row, name } = job;
  const own = row.seed ?? seed;
  const fingerprint = hashText(
    JSON.stringify([
      3,
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
  if (old?.fingerprint === fingerprint && (await exists(path.join(output, FOLDERS.made, `${name}.png`))))
    return old;

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
    const painted = paintDefect(now, region, window, type, settings, random.fork("instance", j));
    now = await compressedAlike(painted.image, painted.touched, quality);
    const box = boundsOf(region)!;
    const { painter, specimen, changed } = painted;
    parts.unshift({ mask: region, at: { window, box, painter, specimen: specimen ?? null, changed } });
  }
  if (parts.every((p) => p.at.changed === 0)) throw unchanged(row.defectType, parts);
  await writePictures(output, name, image, now, mask, parts);
  const value = psnr(image, now, mask);
  const made: Made = {
    name,
    index: row.index,
    copy: job.copy,
    seed: own,
    psnr: Number.isFinite(value) ? Number(value.toFixed(6)) : null,
    outside: changeOutside(image, now, parts),
    augmentation: done,
    instances: parts.map((p) => p.at),
    fingerprint,
  };
  await writeJsonAtomic(receipt, made);
  return made;
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
): Promise<void> {
  const write = async (folder: string, file: string, picture: Pixels): Promise<void> =>
    writeFileAtomic(path.join(output, folder, file), await encodeImage(picture, "png"));
  await write(FOLDERS.original, `${name}.png`, before);
  await write(FOLDERS.mask, `${name}.png`, maskPicture(mask));
  for (const [j, part] of parts.entries()) {
    await write(FOLDERS.crop, `${name}_${j}.png`, cropPixels(before, part.at.window));
    await write(FOLDERS.cropMask, `${name}_${j}.png`, maskPicture(cropMask(part.mask, part.at.window)));
    await write(FOLDERS.annotated, `${name}_${j}.png`, annotated(before, part.at.box, part.at.window, j));
  }
  await write(FOLDERS.made, `${name}.png`, after);
}

function changeOutside(
  before: Pixels,
  after: Pixels,
  parts: readonly { at: Made["instances"][number] }[],
): number {
  let most = 0;
  for (let i = 0; i < before.data.length; i++) {
    const change = Math.abs(before.data[i]! - after.data[i]!);
    if (change <= most) continue;
    const pixel = Math.floor(i / before.channels);
    const [x, y] = [pixel % before.width, Math.floor(pixel / before.width)];
    const inside = parts.some(
      ({ at: { window: w } }) => x >= w.x && y >= w.y && x < w.x + w.width && y < w.y + w.height,
    );
    if (!inside) most = change;
  }
  return most;
}

function checkpointKey(checkpoint: Checkpoint, defectType: string): unknown {
  const type = checkpoint.types.get(defectType);
  return [checkpoint.step, checkpoint.settings, type?.conductorIsDark, type?.specimens.map((e) => e.id)];
}
