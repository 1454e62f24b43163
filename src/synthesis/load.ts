import { dataError } from "../kit/errors.js";
import { decodeImage, type Pixels } from "../kit/images.js";
import { asRgb } from "../vision/index.js";
import type { Lightings } from "./types.js";

/**
 * Decodes the lightings of a pair; all pictures must have one size. Grey and colour mixed become colour.
 * Throws `image_size_mismatch` or the decoder's errors, with the file named.
 */
export async function loadPair(
  test: readonly string[],
  golden: readonly string[],
): Promise<{ test: Lightings; golden: Lightings }> {
  const files = [...test, ...golden];
  const images = await Promise.all(files.map((file) => decodeImage(file)));
  const first = images[0] as Pixels;
  images.forEach((image, i) => {
    if (image.width !== first.width || image.height !== first.height)
      throw dataError(
        "image_size_mismatch",
        `${image.width}x${image.height} pixels, ${files[0]} has ${first.width}x${first.height}`,
        "Golden and test crops of one component must have one size, in every lighting.",
        { file: files[i] },
      );
  });
  const color = images.some((image) => image.channels === 3);
  const same = color ? images.map(asRgb) : images;
  return { test: same.slice(0, test.length), golden: same.slice(test.length) };
}
