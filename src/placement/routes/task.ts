import path from "node:path";
import type { Problem } from "../../kit/errors.js";
import { hashText, joinInside, writeFileAtomic } from "../../kit/files.js";
import { decodeImage, encodeImage, type Pixels, writeImage } from "../../kit/images.js";
import type { Mask } from "../../vision/index.js";
import type { PromptBox } from "../dataset/boxes.js";
import type { CadClasses } from "../dataset/labels.js";
import type { SampleRecord } from "../samples.js";

/** How a sample is placed. `boxes` is what was found for its prompt; undefined: nobody looked. */
export type Route = Readonly<
  { kind: "cad" } | { kind: "free" } | { kind: "text"; boxes: readonly PromptBox[] | undefined }
>;

/** One sample to place, whole: plain data for a worker. */
export type SampleTask = Readonly<{
  record: SampleRecord;
  route: Route;
  /** Placements of the sample, and the seed of the first one. */
  seeds: number;
  seed: number;
  /** −1: as many of the CAD candidates as the seed says. */
  instances: number;
  /** Folder of all outputs; masks go to `amp/` in it. */
  output: string;
  classes: CadClasses;
  /** Colours of the label table that mean nothing, such as background. */
  background: readonly (readonly [number, number, number])[];
  /** Also write the pictures of `assets/`. */
  assets: boolean;
  /** Largest part of the image that a mask placed without CAD may cover. */
  mostCover?: number;
}>;

/** Contract 5.8, an entry of `summary.json`; `reason` says why a prompt's sample was placed freely. */
export type SampleSummary = Readonly<{
  name: string;
  defect_type: string;
  route: "cad2roi" | "text2roi" | "free";
  status: "OK" | "NO_CANDIDATES" | "NO_DETECTION" | "FAILED";
  n_candidates: number;
  seeds: Readonly<Record<string, SeedSummary>>;
  bbox?: readonly [number, number, number, number];
  point?: readonly [number, number];
  reason?: "prompt_not_read";
}>;

export type SeedSummary = Readonly<{
  status: "OK" | "SMALL" | "PARTIAL" | "FAILED";
  n_requested?: number;
  n_placed?: number;
  n_selected?: number;
}>;

/** `covers`, without CAD: part of its image that the mask covers, and part of its own picture that the shape covers. */
export type PlacedMask = Readonly<{
  seed: number;
  file: string;
  hash: string;
  covers?: readonly [placed: number, labelled: number];
}>;

export type SampleResult = Readonly<{
  summary: SampleSummary;
  /** Masks that were written, by seed; files relative to the output folder, `hash` of their bytes. */
  masks: readonly PlacedMask[];
  problems: readonly Problem[];
}>;

/** Where the masks of a sample lie, relative to the output folder. */
export function sampleFolder(record: SampleRecord): string {
  return path.posix.join("amp", path.parse(record.cad_mask ?? record.clean_image).name, record.defect_type);
}

/** What every route begins with: the clean picture, upright as whatever paints on it will see it, and a place to write. */
export async function openSample({ record, output }: SampleTask): Promise<{
  clean: Pixels;
  /** Writes a picture below the sample's folder. */
  write: (name: string, image: Pixels) => Promise<void>;
}> {
  const folder = sampleFolder(record);
  return {
    clean: await decodeImage(record.clean_image, "rgb"),
    write: (name, image) => writeImage(joinInside(output, `${folder}/${name}`), image),
  };
}

/** Mask files carry the name of the shape, of which only the largest part is used. */
export function maskName(record: SampleRecord, seed: number): string {
  return `${path.parse(record.submask).name}_largest__seed${seed}`;
}

/** Writes a placed mask and notes it. */
export async function writeMask(task: SampleTask, seed: number, mask: Pixels): Promise<PlacedMask> {
  const file = `${sampleFolder(task.record)}/${maskName(task.record, seed)}.png`;
  const bytes = await encodeImage(mask, "png");
  await writeFileAtomic(joinInside(task.output, file), bytes);
  return { seed, file, hash: hashText(bytes) };
}

export function greyOf(m: Mask): Pixels {
  return { width: m.width, height: m.height, channels: 1, data: m.data.map((v) => 255 * v) };
}

/** A picture of one colour shows nothing that a defect could lie on. */
export function blank(image: Pixels, file: string): readonly Problem[] {
  const { data } = image;
  for (let i = 3; i < data.length; i++) if (data[i] !== data[i - 3]) return [];
  return [
    {
      code: "clean_image_blank",
      severity: "warning",
      message: "the clean image is blank: one colour all over",
      hint: "Replace it; masks were placed all the same.",
      where: { file },
    },
  ];
}
