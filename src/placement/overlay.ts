import type { Pixels } from "../kit/images.js";
import type { Box, Mask } from "../vision/index.js";

type Rgb = readonly [number, number, number];

/** Colours of the pictures in `assets/` (contract 5.8). */
export const COLOURS = {
  region: [0, 200, 0],
  cadRegion: [180, 180, 180],
  mask: [0, 220, 255],
  cadMask: [255, 140, 0],
  box: [0, 0, 255],
} as const satisfies Readonly<Record<string, Rgb>>;

/** The picture with a colour laid over a mask; `alpha` is the colour's part. Sizes must agree. */
export function tinted(image: Pixels, mask: Mask, colour: Rgb, alpha: number): Pixels {
  const data = Uint8Array.from(image.data);
  for (let i = 0; i < mask.data.length; i++)
    if (mask.data[i])
      for (let c = 0; c < 3; c++)
        data[3 * i + c] = Math.trunc(data[3 * i + c] * (1 - alpha) + (colour[c] as number) * alpha);
  return { ...image, data };
}

/** The picture with the frame of a box, three pixels wide. */
export function framed(image: Pixels, box: Box, colour: Rgb): Pixels {
  const data = Uint8Array.from(image.data);
  const [right, bottom] = [box.x + box.width - 1, box.y + box.height - 1];
  for (let y = Math.max(0, box.y - 1); y <= Math.min(image.height - 1, bottom + 1); y++)
    for (let x = Math.max(0, box.x - 1); x <= Math.min(image.width - 1, right + 1); x++) {
      const inside = x > box.x + 1 && x < right - 1 && y > box.y + 1 && y < bottom - 1;
      if (!inside) data.set(colour, 3 * (y * image.width + x));
    }
  return { ...image, data };
}
