import { dataError } from "../../kit/errors.js";
import { hashText } from "../../kit/files.js";
import { decodeImage, encodeImage, type Pixels } from "../../kit/images.js";
import {
  area,
  boundsOf,
  type Component,
  channelsOf,
  components,
  cropMask,
  cropPixels,
  grey,
  type Mask,
  maskOf,
  noiseSigma,
} from "../../vision/index.js";
import { extents } from "../exemplar.js";
import { meanOver, ringOf } from "../paint/tools.js";
import { readMask } from "../run/plan.js";
import type { LabelledFile } from "./labelled.js";

/** How the colour of a defect relates to what is around it, a channel each: means, and noise on both sides. */
export type Relation = Readonly<{
  inside: readonly number[];
  around: readonly number[];
  gain: readonly number[];
  noiseInside: number;
  noiseAround: number;
}>;

/** One entry of the bank; `mask` and `picture` name files of the bank by what is in them. */
export type BankItem = Readonly<{
  id: string;
  defectType: string;
  mask: string;
  picture: string | null;
  /** Where it came from: path in the dataset, box in that picture, size of that picture. */
  source: string;
  box: Readonly<{ x: number; y: number; width: number; height: number }>;
  sourceSize: Readonly<{ width: number; height: number }>;
  area: number;
  long: number;
  across: number;
  angle: number;
  relation: Relation | null;
}>;

/** Parts of one mask that become specimens of their own, at most. */
const MOST_PARTS = 4;
/** Fewest pixels of a part, and its least share of the largest part. */
const LEAST_PIXELS = 9;
const LEAST_SHARE = 0.1;
/** Clean surroundings that are kept: this share of the longer side, between these bounds in pixels. */
const CONTEXT = { share: 0.6, least: 12, most: 64 } as const;

/** An item with the bytes of its files. */
export type CutItem = Readonly<{ item: BankItem; files: ReadonlyMap<string, Uint8Array> }>;

/**
 * Cuts the specimens out of one labelled picture: the clear parts of its mask, each with surroundings. `parts` counts
 * all parts of the mask. Throws `mask_empty`, `mask_fills_image`, `mask_size_mismatch` or the decoder's errors.
 */
export async function cutSpecimens(
  file: LabelledFile,
  defectType: string,
  source: string,
): Promise<{ cut: CutItem[]; parts: number }> {
  const whole = await readMask(file.mask);
  const picture = file.image === undefined ? undefined : await decodeImage(file.image);
  if (picture && (picture.width !== whole.width || picture.height !== whole.height))
    throw dataError(
      "mask_size_mismatch",
      `the mask has ${whole.width}x${whole.height} pixels, its picture ${picture.width}x${picture.height}`,
      "A mask covers its picture pixel by pixel.",
      { file: file.mask },
    );
  const { parts } = components(whole);
  if (parts.length === 0)
    throw dataError("mask_empty", "the mask has no white pixel (above 127)", "Draw the defect in white.", {
      file: file.mask,
    });
  if (area(whole) > 0.8 * whole.data.length)
    throw dataError(
      "mask_fills_image",
      "the mask covers more than 80 % of its picture",
      "Mark the defect only; its surroundings are needed.",
      { file: file.mask },
    );
  const order = [...parts].sort((a, b) => b.area - a.area || a.id - b.id);
  const largest = order[0]!.area;
  const clear = order.filter(
    (p, i) => i === 0 || (p.area >= LEAST_PIXELS && p.area >= LEAST_SHARE * largest),
  );
  const cut: CutItem[] = [];
  for (const part of clear.slice(0, MOST_PARTS))
    cut.push(await cutPart(whole, part, picture, defectType, source));
  return { cut, parts: parts.length };
}

async function cutPart(
  whole: Mask,
  part: Component,
  picture: Pixels | undefined,
  defectType: string,
  source: string,
): Promise<CutItem> {
  const own = maskOf(whole, [part]);
  const bounds = boundsOf(own)!;
  const context = Math.round(
    Math.max(CONTEXT.least, Math.min(CONTEXT.most, CONTEXT.share * Math.max(bounds.width, bounds.height))),
  );
  const x = Math.max(0, bounds.x - context);
  const y = Math.max(0, bounds.y - context);
  const box = {
    x,
    y,
    width: Math.min(whole.width, bounds.x + bounds.width + context) - x,
    height: Math.min(whole.height, bounds.y + bounds.height + context) - y,
  };
  const mask = cropMask(own, box);
  const patch = picture && cropPixels(picture, box);
  const files = new Map<string, Uint8Array>();
  const keep = async (image: Pixels): Promise<string> => {
    const bytes = await encodeImage(image, "png");
    const name = `${hashText(bytes).slice(0, 24)}.png`;
    files.set(name, bytes);
    return name;
  };
  const maskName = await keep({ ...mask, channels: 1, data: mask.data.map((v) => v * 255) });
  const pictureName = patch ? await keep(patch) : null;
  const { long, across, angle } = extents(mask);
  const item: BankItem = {
    id: hashText(`${defectType}|${source}|${maskName}|${pictureName ?? ""}|${box.x},${box.y}`).slice(0, 16),
    defectType,
    mask: maskName,
    picture: pictureName,
    source,
    box,
    sourceSize: { width: whole.width, height: whole.height },
    area: part.area,
    long: round(long),
    across: round(across),
    angle: round(angle),
    relation: patch ? relationOf(patch, mask) : null,
  };
  return { item, files };
}

function relationOf(patch: Pixels, mask: Mask): Relation {
  const ring = ringOf(mask, 2, 8);
  const planes = channelsOf(patch);
  const inside = planes.map((p) => meanOver(p, mask));
  const around = planes.map((p) => meanOver(p, ring));
  const cropNoise = (m: Mask): number => {
    const box = boundsOf(m);
    return box ? noiseSigma(grey(cropPixels(patch, box))) : 0;
  };
  return {
    inside: inside.map(round),
    around: around.map(round),
    gain: inside.map((v, c) => round((v + 1) / (around[c]! + 1))),
    noiseInside: round(cropNoise(mask)),
    noiseAround: round(noiseSigma(grey(patch))),
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
