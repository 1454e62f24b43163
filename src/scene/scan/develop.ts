import type { ReflowOptions } from "../cookbook/index.js";
import { asPixels, photograph, type Sensor, throughJpeg } from "../render/sensor/index.js";
import type { Frame } from "../view.js";
import { type MotionBlur, motionBlurred } from "./augmentation.js";

export type Camera = Readonly<{ sensor: Omit<Sensor, "gain">; jpegQuality: number | undefined }>;

/** The camera of a cookbook; without `reflow.sensor` an ideal one. */
export function cameraOf(reflow: ReflowOptions): Camera {
  const { psf_px, vignetting, full_well, read_noise, mosaic, jpeg_quality } = reflow.sensor ?? {};
  return {
    sensor: {
      ...(psf_px === undefined ? {} : { psf: psf_px }),
      ...(vignetting === undefined ? {} : { vignetting }),
      ...(full_well === undefined ? {} : { fullWell: full_well }),
      ...(read_noise === undefined ? {} : { readNoise: read_noise }),
      ...(mosaic === undefined ? {} : { mosaic }),
    },
    jpegQuality: jpeg_quality,
  };
}

/** Radiance to an opaque 8-bit sRGB picture, RGBA: sensor, motion blur of the encoded values, JPEG if asked for. */
export async function develop(
  frame: Pick<Frame, "rgb" | "width" | "height">,
  camera: Camera,
  o: { gain: number; blur: MotionBlur | undefined; seed: string },
): Promise<Uint8Array> {
  const { width, height } = frame;
  const encoded = photograph(frame, { ...camera.sensor, gain: o.gain }, o.seed);
  const smeared = o.blur ? motionBlurred(encoded, width, height, o.blur) : encoded;
  const pixels = asPixels(smeared, width, height);
  return opaque((camera.jpegQuality ? await throughJpeg(pixels, camera.jpegQuality) : pixels).data);
}

function opaque(rgb: Uint8Array): Uint8Array {
  const out = new Uint8Array((rgb.length / 3) * 4);
  for (let i = 0, j = 0; i < rgb.length; i += 3, j += 4) {
    out[j] = rgb[i] as number;
    out[j + 1] = rgb[i + 1] as number;
    out[j + 2] = rgb[i + 2] as number;
    out[j + 3] = 255;
  }
  return out;
}
