import sharp from "sharp";
import { dataError } from "../kit/errors.js";
import { requireFile } from "../kit/files.js";
import { MOST_PIXELS, type Pixels } from "../kit/images.js";
import { looksLikeMask, type Mask } from "../vision/index.js";
import type { Levels } from "./engine/regions.js";

/**
 * Decodes a picture as RGB without its alpha: class colours are exact, and a transparent pixel keeps its colour
 * (contract 5.5). A turned photo stays as it lies, because masks belong to the pixels as stored.
 * Throws `file_missing`, `not_a_file` or `image_unreadable`.
 */
export async function readRgb(file: string): Promise<Pixels> {
  await requireFile(file);
  try {
    const image = sharp(file, { limitInputPixels: MOST_PIXELS, failOn: "error", ignoreIcc: true });
    const header = await image.metadata();
    const grey = header.space === "b-w" || header.space === "grey16";
    const { data, info } = await image
      .toColourspace(grey && !header.hasAlpha ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const out = new Uint8Array(width * height * 3);
    for (let i = 0, s = 0; i < out.length; i += 3, s += channels) {
      out[i] = data[s];
      out[i + 1] = data[channels < 3 ? s : s + 1];
      out[i + 2] = data[channels < 3 ? s : s + 2];
    }
    return { width, height, channels: 3, data: out };
  } catch (error) {
    throw dataError(
      "image_unreadable",
      `cannot decode ${file}: ${String((error as Error).message).split("\n")[0]}`,
      "Replace the picture.",
      { file },
    );
  }
}

/** Luma of Rec. 601 in whole numbers, alpha ignored. Same errors as {@link readRgb}. */
export async function readLevels(file: string): Promise<Levels> {
  const { width, height, data: rgb } = await readRgb(file);
  const data = new Uint8Array(width * height);
  for (let i = 0, s = 0; i < data.length; i++, s += 3)
    data[i] = (rgb[s] * 19595 + rgb[s + 1] * 38470 + rgb[s + 2] * 7471 + 32768) >> 16;
  return { width, height, data };
}

/** The white (above 127) pixels of a mask file. Errors of {@link readRgb}, and `mask_not_binary` for a photo. */
export async function readMask(file: string): Promise<Mask> {
  const levels = await readLevels(file);
  if (!looksLikeMask(levels.data))
    throw dataError(
      "mask_not_binary",
      "it is no mask: most of what is not black is grey, not white",
      "Give a picture that is white on the defect and black elsewhere.",
      { file },
    );
  return { ...levels, data: levels.data.map((v) => (v > 127 ? 1 : 0)) };
}
