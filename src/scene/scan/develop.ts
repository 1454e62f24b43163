import type { MotionBlur } from "./augmentation.js";
import { motionBlurred } from "./augmentation.js";

/** Linear 0 … 1 to sRGB 0 … 1 (IEC 61966-2-1), clipped. */
export function encodeSrgb(value: number): number {
  if (!(value > 0)) return 0;
  if (value >= 1) return 1;
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
}

/** Radiance to an opaque 8-bit sRGB picture, RGBA: `gain` brings full scale to 1; blur acts on the encoded values. */
export function develop(
  radiance: Float32Array,
  o: { width: number; height: number; gain: number; blur: MotionBlur | undefined },
): Uint8Array {
  const encoded = new Float32Array(radiance.length);
  for (let i = 0; i < radiance.length; i++) encoded[i] = encodeSrgb((radiance[i] as number) * o.gain);
  const picture = o.blur ? motionBlurred(encoded, o.width, o.height, o.blur) : encoded;
  const out = new Uint8Array((radiance.length / 3) * 4);
  for (let i = 0, j = 0; i < picture.length; i += 3, j += 4) {
    out[j] = Math.round((picture[i] as number) * 255);
    out[j + 1] = Math.round((picture[i + 1] as number) * 255);
    out[j + 2] = Math.round((picture[i + 2] as number) * 255);
    out[j + 3] = 255;
  }
  return out;
}
