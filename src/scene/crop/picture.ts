import { stat } from "node:fs/promises";
import sharp from "sharp";
import { dataError } from "../../kit/errors.js";
import { requireFile, writeFileAtomic } from "../../kit/files.js";
import { MOST_PIXELS } from "../../kit/images.js";
import type { Box } from "../../vision/index.js";

/** Pixels as a PNG holds them: 1–4 interleaved channels (grey, grey+alpha, RGB, RGBA), 8 or 16 bits each. */
export type Picture = Readonly<{
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
  data: Uint8Array | Uint16Array;
}>;

/** An 8-bit RGBA picture; `words` is the same memory, one little-endian word a pixel. */
export type Rgba = Readonly<{ width: number; height: number; data: Uint8Array; words: Uint32Array }>;

/**
 * Decodes a PNG without any colour conversion: labels are exact colours. Palettes become RGB.
 * Throws `file_missing`, `not_a_file` or `image_unreadable` with the file named.
 */
export async function readPicture(file: string): Promise<Picture> {
  await requireFile(file);
  try {
    const image = sharp(file, { limitInputPixels: MOST_PIXELS, failOn: "error", ignoreIcc: true });
    const header = await image.metadata();
    const deep = header.depth === "ushort";
    // Raw grey pixels come without their alpha: such pictures take the way of colour ones and back.
    const grey = header.space === "b-w" || header.space === "grey16";
    const plain = grey && !header.hasAlpha;
    const { data, info } = await image
      .toColourspace(plain ? (deep ? "grey16" : "b-w") : deep ? "rgb16" : "srgb")
      .raw({ depth: deep ? "ushort" : "uchar" })
      .toBuffer({ resolveWithObject: true });
    const bytes = new Uint8Array(data.byteLength);
    bytes.set(data);
    const samples = deep ? new Uint16Array(bytes.buffer) : bytes;
    const { width, height } = info;
    if (grey && !plain)
      return { width, height, channels: 2, data: samples.filter((_, i) => i % 4 === 0 || i % 4 === 3) };
    return { width, height, channels: info.channels as Picture["channels"], data: samples };
  } catch (error) {
    const { size } = await stat(file);
    const why = size === 0 ? "the file is empty" : String((error as Error).message).split("\n")[0];
    throw dataError("image_unreadable", `cannot decode ${file}: ${why}`, "Render this frame again.", {
      file,
    });
  }
}

/** The picture with four 8-bit channels; opaque where it has no alpha. Throws `image_16_bit`. */
export function toRgba(picture: Picture, file: string): Rgba {
  const { width, height, channels, data } = picture;
  if (data instanceof Uint16Array)
    throw dataError(
      "image_16_bit",
      `${file} has 16 bits a channel`,
      "Write colour and label images as 8-bit PNG.",
      {
        file,
      },
    );
  if (channels === 4)
    return { width, height, data, words: new Uint32Array(data.buffer, data.byteOffset, width * height) };
  const out = new Uint8Array(width * height * 4);
  const grey = channels < 3;
  for (let i = 0, o = 0; o < out.length; i += channels, o += 4) {
    out[o] = data[i];
    out[o + 1] = data[grey ? i : i + 1];
    out[o + 2] = data[grey ? i : i + 2];
    out[o + 3] = channels === 2 ? data[i + 1] : 255;
  }
  return { width, height, data: out, words: new Uint32Array(out.buffer) };
}

/** The picture without alpha: laid on black. */
export function withoutAlpha(picture: Picture): Picture {
  const { width, height, channels, data } = picture;
  if (channels === 1 || channels === 3) return picture;
  const left = (channels - 1) as 1 | 3;
  const full = data instanceof Uint16Array ? 65_535 : 255;
  const out =
    data instanceof Uint16Array
      ? new Uint16Array(width * height * left)
      : new Uint8Array(width * height * left);
  for (let i = 0, o = 0; i < data.length; i += channels)
    for (let c = 0; c < left; c++, o++) out[o] = Math.round((data[i + c] * data[i + left]) / full);
  return { width, height, channels: left, data: out };
}

/** The pixels under `box`, which must lie inside. */
export function cropPicture(picture: Picture, box: Box): Picture {
  const { width, channels, data } = picture;
  const row = box.width * channels;
  const out =
    data instanceof Uint16Array ? new Uint16Array(row * box.height) : new Uint8Array(row * box.height);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.y + y) * width + box.x) * channels;
    out.set(data.subarray(from, from + row), y * row);
  }
  return { width: box.width, height: box.height, channels, data: out };
}

/** Part of the pixels that something covers: alpha above 0, or any channel above 0 where there is no alpha. */
export function coverage(picture: Picture): number {
  const { width, height, channels, data } = picture;
  let covered = 0;
  for (let i = 0; i < data.length; i += channels)
    if (channels === 4 ? data[i + 3] : data.subarray(i, i + channels).some((v) => v > 0)) covered++;
  return covered / (width * height);
}

/** Writes a lossless PNG with the same channels and depth; equal pixels give equal bytes. */
export async function writePng(file: string, picture: Picture): Promise<void> {
  const { width, height, channels, data } = picture;
  const deep = data instanceof Uint16Array;
  const space = channels < 3 ? (deep ? "grey16" : "b-w") : deep ? "rgb16" : "srgb";
  const png = await sharp(data, { raw: { width, height, channels } })
    .toColourspace(space)
    .png({ compressionLevel: 6, adaptiveFiltering: false, palette: false })
    .toBuffer();
  await writeFileAtomic(file, png);
}
