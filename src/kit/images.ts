import sharp, { type Metadata, type Sharp } from "sharp";
import { dataError, ReflowError } from "./errors.js";
import { exists, explainReadError, hashText, requireFile, writeFileAtomic } from "./files.js";

/** 8-bit pixels, interleaved, row by row: `data.length = width · height · channels`. */
export type Pixels = Readonly<{ width: number; height: number; channels: 1 | 3; data: Uint8Array }>;

/** More pixels than any inspection crop or board photo has; larger files are refused, not decoded. */
export const MOST_PIXELS = 200_000_000;

/** What cameras and image tools write. Drawings (SVG, PDF) have no pixels of their own and are refused. */
const RASTER: ReadonlySet<string> = new Set(["jpeg", "png", "webp", "tiff", "gif", "heif"]);

/**
 * Decodes an image file to 8-bit grey (1 channel) or sRGB (3 channels). 16-bit, palette, CMYK and alpha images
 * are converted (alpha is laid on black), and a picture that its header (EXIF) says is turned is set upright: all of
 * Reflow sees the same pixels. `color: "auto"` keeps grey files grey.
 * Throws `file_missing`, `not_a_file`, `image_unreadable`, `image_not_raster` or `image_too_large` with the file named.
 */
export async function decodeImage(file: string, color: "auto" | "gray" | "rgb" = "auto"): Promise<Pixels> {
  return (await decodeImageWithHeader(file, color)).pixels;
}

/** {@link decodeImage}, together with what the file's header says. */
export async function decodeImageWithHeader(
  file: string,
  color: "auto" | "gray" | "rgb" = "auto",
): Promise<{ pixels: Pixels; header: Metadata }> {
  await requireFile(file);
  try {
    const image = sharp(file, { limitInputPixels: MOST_PIXELS, failOn: "error", sequentialRead: true });
    const header = await image.metadata();
    requireRaster(header, file);
    const gray = color === "gray" || (color === "auto" && isGray(header.space));
    let pipe: Sharp = image;
    // Only where it is needed: turning cannot be streamed.
    if (isTurned(header)) pipe = pipe.autoOrient();
    if (header.hasAlpha) pipe = pipe.flatten({ background: "#000" });
    pipe = gray ? pipe.toColourspace("b-w") : pipe.toColourspace("srgb");
    const { data, info } = await pipe.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    const channels = gray ? 1 : 3;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const pixels: Pixels = {
      width: info.width,
      height: info.height,
      channels,
      data: pickChannels(bytes, info.channels, channels),
    };
    return { pixels, header };
  } catch (error) {
    throw await explainImageError(error, file);
  }
}

/** True when the header says that the picture lies on its side, upside down or mirrored. */
export function isTurned(header: Pick<Metadata, "orientation">): boolean {
  return (header.orientation ?? 1) > 1;
}

function requireRaster(header: Metadata, file: string): void {
  if (RASTER.has(header.format)) return;
  throw dataError(
    "image_not_raster",
    `${file} is a drawing (${header.format}), not a picture with pixels`,
    "Export it as PNG in the size of the other crops, or remove its row.",
    { file },
  );
}

/** Width, height (upright) and channels from the header only. Same errors as {@link decodeImage}. */
export async function imageSize(file: string): Promise<{ width: number; height: number; gray: boolean }> {
  await requireFile(file);
  try {
    const meta = await sharp(file, { limitInputPixels: MOST_PIXELS }).metadata();
    requireRaster(meta, file);
    return { ...meta.autoOrient, gray: isGray(meta.space) };
  } catch (error) {
    throw await explainImageError(error, file);
  }
}

/** A hash of the decoded pixels and their shape: equal for a renamed, re-prefixed or re-containered copy. */
export function contentHash(image: Pixels): string {
  return hashText(
    Buffer.concat([Buffer.from(`${image.width}x${image.height}x${image.channels}:`), image.data]),
  );
}

/** Encodes pixels by the extension of `file` (.png lossless; .jpg/.jpeg with `quality`) and writes atomically. */
export async function writeImage(file: string, image: Pixels, quality = 95): Promise<void> {
  await writeFileAtomic(file, await encodeImage(image, /\.jpe?g$/i.test(file) ? "jpeg" : "png", quality));
}

export async function encodeImage(
  image: Pixels,
  format: "png" | "jpeg" | "webp",
  quality = 95,
): Promise<Buffer> {
  const { width, height, channels } = image;
  const pipe = sharp(image.data, { raw: { width, height, channels } });
  const grey = channels === 1 ? pipe.toColourspace("b-w") : pipe;
  if (format === "png") return grey.png({ compressionLevel: 6 }).toBuffer();
  if (format === "webp") return grey.webp({ quality }).toBuffer();
  return grey.jpeg({ quality, chromaSubsampling: "4:4:4" }).toBuffer();
}

/** The pixels after one JPEG compression: what a camera's or a scanner's files have been through. */
export async function jpegRoundTrip(image: Pixels, quality: number): Promise<Pixels> {
  const { data, info } = await sharp(await encodeImage(image, "jpeg", quality))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { ...image, data: pickChannels(new Uint8Array(data), info.channels, image.channels) };
}

/** Resizes with the given kernel (`linear` is what the evaluation path uses, contract 10.6). */
export async function resizeImage(
  image: Pixels,
  width: number,
  height: number,
  kernel: "linear" | "cubic" = "linear",
): Promise<Pixels> {
  if (image.width === width && image.height === height) return image;
  const { data, info } = await sharp(image.data, {
    raw: { width: image.width, height: image.height, channels: image.channels },
  })
    .resize(width, height, { fit: "fill", kernel })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    width,
    height,
    channels: image.channels,
    data: pickChannels(new Uint8Array(data), info.channels, image.channels),
  };
}

function isGray(space: string | undefined): boolean {
  return space === "b-w" || space === "grey16";
}

function pickChannels(data: Uint8Array, from: number, to: 1 | 3): Uint8Array {
  if (from === to) return data;
  const n = data.length / from;
  const out = new Uint8Array(n * to);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < to; c++) out[i * to + c] = data[i * from + Math.min(c, from - 1)] as number;
  return out;
}

async function explainImageError(error: unknown, file: string): Promise<unknown> {
  if (error instanceof ReflowError) return error;
  const message = (error as Error).message;
  if (!(await exists(file))) return explainReadError({ code: "ENOENT" }, file);
  if (/pixel limit/i.test(message))
    return dataError(
      "image_too_large",
      `${file} has more than ${MOST_PIXELS / 1e6} million pixels`,
      "Cut crops first.",
      { file },
    );
  return dataError(
    "image_unreadable",
    `cannot decode ${file}: ${message.split("\n")[0]}`,
    "Replace the image or remove its row.",
    { file },
  );
}
