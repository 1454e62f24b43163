import { isMainThread } from "node:worker_threads";
import sharp from "sharp";
import { ReflowError } from "../kit/errors.js";
import {
  contentHash,
  decodeImage,
  decodeImageWithHeader,
  isTurned,
  type Pixels,
  resizeImage,
} from "../kit/images.js";
import { anchorsOf, MOST_ANCHORS } from "./likeness/anchors.js";
import { bestDifference, type Difference, difference, UNLIKE } from "./likeness/difference.js";
import { integralOf, luma } from "./likeness/integral.js";
import { likeness } from "./likeness/likeness.js";
import { oriented } from "./likeness/orientation.js";

export const GRAY = 1;
export const CONVERTED = 2;
export const BLANK = 4;
export const OTHER_FORMAT = 8;
export const FAINT = 16;
export const TURNED = 32;

/** Words per image in `words`: content hash (2), width, height, flags. */
export const WORDS = 5;
export const WIDTH = 2;
export const HEIGHT = 3;
export const FLAGS = 4;

/** Words per image in {@link Marks}: four directions of steps (2 each), then anchors of bits (2) and place (y, x). */
export const FIRST_ANCHOR = 8;
export const ANCHOR_WORDS = 3;
export const MARK_WORDS = FIRST_ANCHOR + MOST_ANCHORS * ANCHOR_WORDS;
export const TONES = 16;

/** What images are recognised by when their pixels are not the same. */
export type Marks = Readonly<{ words: Uint32Array; tones: Uint8Array }>;

export type FingerprintTask = Readonly<{ kind: "fingerprint"; files: readonly string[]; marks: boolean }>;

/** Compares `first` with `second` in another orientation, or moved: first[x, y] with second[x + dx, y + dy]. */
export type Comparing = Readonly<{
  first: string;
  second: string;
  orientation: number;
  shift?: readonly [number, number];
}>;
export type CompareTask = Readonly<{ kind: "compare"; pairs: readonly Comparing[] }>;

/** `failed[i]` tells why file i could not be decoded; its words are zero then. */
export type FingerprintBatch = Readonly<{
  words: Uint32Array;
  marks?: Marks;
  failed: readonly { index: number; code: string; message: string }[];
}>;

/** One {@link Difference} a pair; infinite where an image cannot be read. */
export type CompareBatch = readonly Difference[];

if (!isMainThread) {
  // One thread of libvips per worker thread: the pool already uses every core.
  sharp.concurrency(1);
  sharp.cache(false);
}

export default async function run(
  task: FingerprintTask | CompareTask,
): Promise<FingerprintBatch | CompareBatch> {
  return task.kind === "fingerprint" ? fingerprint(task) : compare(task.pairs);
}

async function fingerprint({ files, marks: wanted }: FingerprintTask): Promise<FingerprintBatch> {
  const words = new Uint32Array(files.length * WORDS);
  const marks = wanted && {
    words: new Uint32Array(files.length * MARK_WORDS),
    tones: new Uint8Array(files.length * TONES),
  };
  const failed: { index: number; code: string; message: string }[] = [];
  for (const [index, file] of files.entries()) {
    // An empty name stands for an image that is known to be missing.
    if (file === "") continue;
    try {
      const { pixels, header: meta } = await decodeImageWithHeader(file);
      const image = collapseGray(pixels);
      const hash = contentHash(image);
      const flags =
        (image.channels === 1 ? GRAY : 0) |
        (meta.depth !== "uchar" || meta.space === "cmyk" || meta.hasAlpha || meta.isPalette ? CONVERTED : 0) |
        (isBlank(image) ? BLANK : 0) |
        (marks && markImage(image, index, marks) < FAINTEST ? FAINT : 0) |
        (isTurned(meta) ? TURNED : 0) |
        (formatMatches(file, meta.format) ? 0 : OTHER_FORMAT);
      const content = [Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8, 16), 16)];
      words.set([...content, image.width, image.height, flags], index * WORDS);
    } catch (error) {
      if (!(error instanceof ReflowError)) throw error;
      failed.push({ index, code: error.code, message: error.message });
    }
  }
  return { words, failed, ...(marks && { marks }) };
}

/** Contrast below which there is nothing to recognise. */
const FAINTEST = 6;

/** Writes the marks of one image; gives its contrast. */
function markImage(image: Pixels, index: number, marks: Marks): number {
  const sums = integralOf(image);
  const { steps, tones, contrast } = likeness(sums);
  if (contrast < FAINTEST) return contrast;
  const at = index * MARK_WORDS;
  marks.words.set([...steps.right, ...steps.left, ...steps.down, ...steps.up], at);
  for (const [k, { bits, x, y }] of anchorsOf(sums).entries())
    marks.words.set([...bits, (y << 16) | x], at + FIRST_ANCHOR + k * ANCHOR_WORDS);
  marks.tones.set(tones, index * TONES);
  return contrast;
}

async function compare(pairs: CompareTask["pairs"]): Promise<CompareBatch> {
  const out: Difference[] = [];
  for (const { first, second, orientation, shift } of pairs) {
    try {
      const a = await decodeImage(first, "gray");
      const b = oriented(await decodeImage(second, "gray"), orientation);
      out.push(
        shift ? bestDifference(a, b, ...shift) : difference(a, await resizeImage(b, a.width, a.height)),
      );
    } catch (error) {
      if (!(error instanceof ReflowError)) throw error;
      out.push(UNLIKE);
    }
  }
  return out;
}

/** A colour file whose pixels are all grey counts as grey: the same picture in both forms has one content hash. */
function collapseGray(image: Pixels): Pixels {
  if (image.channels === 1) return image;
  const { data } = image;
  const gray = new Uint8Array(image.width * image.height);
  for (let i = 0; i < gray.length; i++) {
    const v = data[i * 3] as number;
    if (v !== data[i * 3 + 1] || v !== data[i * 3 + 2]) return image;
    gray[i] = v;
  }
  return { ...image, channels: 1, data: gray };
}

function isBlank(image: Pixels): boolean {
  let low = 255;
  let high = 0;
  for (let i = 0; i < image.width * image.height; i++) {
    const v = luma(image, i);
    if (v < low) low = v;
    if (v > high) high = v;
    if (high - low > 4) return false;
  }
  return true;
}

function formatMatches(file: string, format: string | undefined): boolean {
  const ext = file.slice(file.lastIndexOf(".") + 1).toLowerCase();
  const means: Record<string, string> = { jpg: "jpeg", jpeg: "jpeg", tif: "tiff", tiff: "tiff" };
  return format === undefined || (means[ext] ?? ext) === format;
}
