import path from "node:path";
import type { Pixels } from "../kit/images.js";
import { writeImage } from "../kit/images.js";
import { closeBy, dilateBy, erodeBy, type Mask, openBy, squareElement } from "../vision/index.js";
import type { Morph } from "./engine/parameters.js";
import { readLevels } from "./picture.js";

/** How a region is cut out of a picture by its greys (contract 5.10). */
export type GreyRoi = Readonly<{
  /** `_inv`: the dark side is the region. Otsu finds the level, custom takes `level`. */
  mode: "otsu" | "otsu_inv" | "custom" | "custom_inv";
  level?: number;
  morph?: Readonly<{ operation: Morph; kernel: number }>;
}>;

const MORPH: Readonly<Record<Morph, typeof openBy>> = {
  dilate: (m, element) => dilateBy(m, element),
  erode: (m, element) => erodeBy(m, element),
  open: openBy,
  close: closeBy,
};

/** The pixels on one side of a grey level: brighter than it, or not. */
export function greyRoi(
  levels: Readonly<{ width: number; height: number; data: Uint8Array }>,
  o: GreyRoi,
): Mask {
  const level = o.mode.startsWith("otsu") ? otsuLevel(levels.data) : (o.level ?? 127);
  const dark = o.mode.endsWith("_inv");
  const cut: Mask = { ...levels, data: levels.data.map((v) => (v > level !== dark ? 1 : 0)) };
  return o.morph ? MORPH[o.morph.operation](cut, squareElement(o.morph.kernel)) : cut;
}

/** Cuts regions out of pictures and writes `sample_%05d/grayscale_to_mask/output/binary_mask.png`; returns the files. */
export async function writeGreyRois(
  pictures: readonly string[],
  output: string,
  o: GreyRoi,
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const [i, picture] of pictures.entries()) {
    const folder = `sample_${String(i).padStart(5, "0")}`;
    const file = path.join(output, folder, "grayscale_to_mask", "output", "binary_mask.png");
    const region = greyRoi(await readLevels(picture), o);
    const image: Pixels = { ...region, channels: 1, data: region.data.map((v) => 255 * v) };
    await writeImage(file, image);
    files.push(file);
  }
  return files;
}

/** Otsu's level: the first of those that separate best. */
export function otsuLevel(data: Uint8Array): number {
  const counts = new Float64Array(256);
  for (const v of data) counts[v] = (counts[v] ?? 0) + 1;
  const share = 1 / data.length;
  let mean = 0;
  counts.forEach((n, v) => {
    mean += v * n * share;
  });
  let best = 0;
  let level = 0;
  let below = 0;
  let first = 0;
  for (let v = 0; v < 256; v++) {
    const p = (counts[v] as number) * share;
    first *= below;
    below += p;
    if (below < 1e-7 || 1 - below < 1e-7) {
      first = below > 0 ? (first + v * p) / below : 0;
      continue;
    }
    first = (first + v * p) / below;
    const second = (mean - below * first) / (1 - below);
    const between = below * (1 - below) * (first - second) ** 2;
    if (between > best) {
      best = between;
      level = v;
    }
  }
  return level;
}
