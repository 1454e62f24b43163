import sharp from "sharp";
import { encodeImage, type Pixels } from "../../../kit/images.js";
import { seeded } from "../../../kit/random.js";
import type { Rgb } from "../../model.js";
import type { Frame } from "../../view.js";
import { mosaiced } from "./mosaic.js";
import { noisy } from "./noise.js";
import { blurred, vignetted } from "./optics.js";
import { encodeSrgb, exposed, toBytes } from "./tone.js";

/** A camera. What is left out is ideal. */
export type Sensor = Readonly<{
  /** Radiance · gain = 1 is full scale. */
  gain: number;
  /** Factor per channel. */
  whiteBalance?: Rgb;
  /** Standard deviation of the point spread, pixels. */
  psf?: number;
  /** Light lost in the corners, 0 … 1. */
  vignetting?: number;
  /** Electrons at full scale: less is noisier. */
  fullWell?: number;
  /** Standard deviation, grey levels of 255 (linear). */
  readNoise?: number;
  /** Colour by an RGGB pattern. */
  mosaic?: boolean;
}>;

/**
 * What a sensor makes of a frame: sRGB-encoded values 0 … 1, 3 per pixel. In the order of nature: exposure, lens,
 * photons, read-out, encoding. The same seed gives the same noise.
 */
export function photograph(
  frame: Pick<Frame, "rgb" | "width" | "height">,
  sensor: Sensor,
  seed: number | string,
): Float32Array {
  const { width, height } = frame;
  let light = exposed(frame.rgb, sensor.gain, sensor.whiteBalance);
  light = blurred(light, width, height, sensor.psf ?? 0);
  light = vignetted(light, width, height, sensor.vignetting ?? 0);
  const { fullWell = 0, readNoise = 0 } = sensor;
  if (fullWell > 0 || readNoise > 0)
    light = noisy(light, { fullWell, readNoise }, seeded(seed).fork("sensor"));
  if (sensor.mosaic) light = mosaiced(light, width, height);
  return light.map(encodeSrgb);
}

/** Encoded values as 8-bit pixels. */
export function asPixels(encoded: Float32Array, width: number, height: number): Pixels {
  return { width, height, channels: 3, data: toBytes(encoded) };
}

/** A picture after a trip through JPEG of the given quality (1 … 100) with colours at half resolution. */
export async function throughJpeg(picture: Pixels, quality: number): Promise<Pixels> {
  const { width, height, channels, data } = picture;
  const encoded = await sharp(data, { raw: { width, height, channels } })
    .jpeg({ quality, chromaSubsampling: "4:2:0" })
    .toBuffer();
  const back = await sharp(encoded).toColourspace("srgb").raw().toBuffer();
  return { width, height, channels, data: new Uint8Array(back.buffer, back.byteOffset, back.byteLength) };
}

/** For a look at a frame: exposed, encoded, as a PNG. */
export async function asPng(frame: Pick<Frame, "rgb" | "width" | "height">, gain: number): Promise<Buffer> {
  const { width, height } = frame;
  return encodeImage(asPixels(photograph(frame, { gain }, 0), width, height), "png");
}
