import { readBytes } from "../../kit/files.js";
import { jpegRoundTrip, type Pixels } from "../../kit/images.js";
import type { Mask } from "../../vision/index.js";

/** Sum of the luminance table of JPEG's annex K, which quality 50 uses as it is. */
const PLAIN_SUM = 3688;

/** The quality with which a JPEG file was written, from its first quantisation table; undefined for other files. */
export async function jpegQuality(file: string): Promise<number | undefined> {
  if (!/\.jpe?g$/i.test(file)) return undefined;
  const bytes = await readBytes(file);
  for (let i = 2; i + 4 < bytes.length && bytes[i] === 0xff; i += 2 + bytes.readUInt16BE(i + 2)) {
    if (bytes[i + 1] === 0xda) return undefined;
    if (bytes[i + 1] !== 0xdb || bytes[i + 4]! >> 4 !== 0 || i + 5 + 64 > bytes.length) continue;
    let sum = 0;
    for (let k = 0; k < 64; k++) sum += bytes[i + 5 + k]!;
    const scale = (100 * sum) / PLAIN_SUM;
    return Math.max(10, Math.min(100, Math.round(scale <= 100 ? (200 - scale) / 2 : 5000 / scale)));
  }
  return undefined;
}

/**
 * Gives the painted pixels the traces that the camera's JPEG left on all others: the picture is compressed once as its
 * source was, and the pixels of `touched` are taken from that. Without them paint is too clean to be real. All other
 * pixels stay bit for bit. Above quality 97 there are no traces to give.
 */
export async function compressedAlike(
  image: Pixels,
  touched: Mask,
  quality: number | undefined,
): Promise<Pixels> {
  if (quality === undefined || quality > 97) return image;
  const worn = await jpegRoundTrip(image, quality);
  const data = Uint8Array.from(image.data);
  const { channels } = image;
  for (let i = 0; i < touched.data.length; i++)
    if (touched.data[i])
      for (let c = 0; c < channels; c++) data[i * channels + c] = worn.data[i * channels + c]!;
  return { ...image, data };
}
