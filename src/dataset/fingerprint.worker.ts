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
import { difference, likeness, luma } from "./phash.js";

export const GRAY = 1;
export const CONVERTED = 2;
export const BLANK = 4;
export const OTHER_FORMAT = 8;
export const FAINT = 16;
export const TURNED = 32;

/** Words per image in `words`: content hash (2), likeness bits (2), width, height, flags. */
export const WORDS = 7;
export const TONES = 16;

export type FingerprintTask = Readonly<{ kind: "fingerprint"; files: readonly string[] }>;
export type CompareTask = Readonly<{ kind: "compare"; pairs: readonly (readonly [string, string])[] }>;

/** `failed[i]` tells why file i could not be decoded; its words are zero then. */
export type FingerprintBatch = Readonly<{
  words: Uint32Array;
  tones: Uint8Array;
  failed: readonly { index: number; code: string; message: string }[];
}>;

/** Per pair `mean`, `worstBlock` of {@link difference}; Infinity where an image cannot be read. */
export type CompareBatch = Float64Array;

if (!isMainThread) {
  // One thread of libvips per worker thread: the pool already uses every core.
  sharp.concurrency(1);
  sharp.cache(false);
}

export default async function run(
  task: FingerprintTask | CompareTask,
): Promise<FingerprintBatch | CompareBatch> {
  return task.kind === "fingerprint" ? fingerprint(task.files) : compare(task.pairs);
}

async function fingerprint(files: readonly string[]): Promise<FingerprintBatch> {
  const words = new Uint32Array(files.length * WORDS);
  const tones = new Uint8Array(files.length * TONES);
  const failed: { index: number; code: string; message: string }[] = [];
  for (const [index, file] of files.entries()) {
    // An empty name stands for an image that is known to be missing.
    if (file === "") continue;
    try {
      const { pixels, header: meta } = await decodeImageWithHeader(file);
      const image = collapseGray(pixels);
      const like = likeness(image);
      const hash = contentHash(image);
      const flags =
        (image.channels === 1 ? GRAY : 0) |
        (meta.depth !== "uchar" || meta.space === "cmyk" || meta.hasAlpha || meta.isPalette ? CONVERTED : 0) |
        (isBlank(image) ? BLANK : 0) |
        (like.contrast < 6 ? FAINT : 0) |
        (isTurned(meta) ? TURNED : 0) |
        (formatMatches(file, meta.format) ? 0 : OTHER_FORMAT);
      words.set(
        [
          Number.parseInt(hash.slice(0, 8), 16),
          Number.parseInt(hash.slice(8, 16), 16),
          ...like.bits,
          image.width,
          image.height,
          flags,
        ],
        index * WORDS,
      );
      tones.set(like.tones, index * TONES);
    } catch (error) {
      if (!(error instanceof ReflowError)) throw error;
      failed.push({ index, code: error.code, message: error.message });
    }
  }
  return { words, tones, failed };
}

async function compare(pairs: CompareTask["pairs"]): Promise<CompareBatch> {
  const out = new Float64Array(pairs.length * 2).fill(Number.POSITIVE_INFINITY);
  for (const [i, [first, second]] of pairs.entries()) {
    try {
      const a = await decodeImage(first, "gray");
      const b = await resizeImage(await decodeImage(second, "gray"), a.width, a.height);
      const { mean, worstBlock } = difference(a, b);
      out.set([mean, worstBlock], i * 2);
    } catch (error) {
      if (!(error instanceof ReflowError)) throw error;
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
