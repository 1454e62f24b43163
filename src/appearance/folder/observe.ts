import { ReflowError } from "../../kit/errors.js";
import { joinInside } from "../../kit/files.js";
import { decodeImage, type Pixels } from "../../kit/images.js";
import { cropPixels } from "../../vision/index.js";
import type { Observed } from "../transfer/fit.js";
import type { Regions } from "../transfer/regions.js";
import type { Listed } from "./listing.js";
import { readRegions, type Segmentation, segmentationFinder } from "./segmentation.js";

/** Side of the middle part of a large picture that statistics are taken of, pixels. */
const PART = 640;

/** The regions of a picture; undefined where its labels are missing, unreadable, or of another size. */
export async function regionsOf(
  segmentation: Segmentation | undefined,
  picture: Readonly<{ width: number; height: number }>,
): Promise<Regions | undefined> {
  if (!segmentation) return undefined;
  try {
    const regions = await readRegions(segmentation);
    return regions.width === picture.width && regions.height === picture.height ? regions : undefined;
  } catch (error) {
    if (error instanceof ReflowError) return undefined;
    throw error;
  }
}

/** Reads pictures with their regions, their middle parts where they are large. `failed` hears of each unreadable one. */
export async function observe(
  root: string,
  files: readonly Listed[],
  chosen: readonly Listed[],
  failed: (file: string, error: ReflowError) => void,
): Promise<readonly (Observed & Readonly<{ relative: string }>)[]> {
  const find = segmentationFinder(root, files);
  const seen: (Observed & { relative: string })[] = [];
  for (const { relative } of chosen) {
    const file = joinInside(root, relative);
    try {
      const picture = await decodeImage(file);
      const regions = await regionsOf(find(relative), picture);
      seen.push({ relative, ...middle({ picture, regions }) });
    } catch (error) {
      if (!(error instanceof ReflowError)) throw error;
      failed(file, error);
    }
  }
  return seen;
}

function middle({ picture, regions }: Observed): Observed {
  const { width, height } = picture;
  if (width <= PART && height <= PART) return { picture, regions };
  const box = {
    x: Math.max(0, (width - PART) >> 1),
    y: Math.max(0, (height - PART) >> 1),
    width: Math.min(width, PART),
    height: Math.min(height, PART),
  };
  const part = (image: Pixels) => cropPixels(image, box);
  return {
    picture: part(picture),
    regions: regions && part({ ...regions, channels: 1 }),
  };
}

/** At most `n` of a list, evenly. */
export function evenly<T>(list: readonly T[], n: number): readonly T[] {
  if (list.length <= n) return list;
  return Array.from({ length: n }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / n)] as T);
}
