import sharp from "sharp";
import type { Pixels } from "../../kit/images.js";
import { invalid } from "./answer.js";

/** Pixels of a side of the largest answer that is decoded. */
const MOST_PIXELS = 8192 * 8192;

/**
 * Decodes the picture of an answer to sRGB. Throws `endpoint_answer_invalid` for what is no PNG, JPEG or WebP, is cut
 * off, or is larger than 64 megapixels.
 */
export async function decodeAnswer(base64: string): Promise<Pixels> {
  // Node skips what is no base64; a picture that lost parts of itself does not decode.
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length === 0) throw invalid("holds no picture");
  try {
    const image = sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: "truncated" });
    const { format } = await image.metadata();
    if (format !== "png" && format !== "jpeg" && format !== "webp") throw new Error(`it is ${format}`);
    const { data, info } = await image
      .flatten({ background: "#000" })
      .toColourspace("srgb")
      .removeAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 3, data: new Uint8Array(data) };
  } catch (error) {
    const why = String((error as Error).message).split("\n")[0];
    throw invalid(`holds no readable picture: ${why}`);
  }
}
