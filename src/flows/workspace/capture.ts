import type { Pixels } from "../../kit/images.js";
import type { Random } from "../../kit/random.js";

/** A second capture of the same thing: up to 1.2 pixels off, a little brighter or darker, with noise of its own. */
export function recaptured(picture: Pixels, random: Random): Pixels {
  const { width, height, channels, data } = picture;
  const [dx, dy] = [random.range(-1.2, 1.2), random.range(-1.2, 1.2)];
  const gain = random.range(0.96, 1.04);
  const out = new Uint8Array(data.length);
  const at = (x: number, y: number, c: number) =>
    data[(Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))) * channels + c];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [sx, sy] = [x + dx, y + dy];
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      const [u, v] = [sx - x0, sy - y0];
      for (let c = 0; c < channels; c++) {
        const value =
          (1 - v) * ((1 - u) * at(x0, y0, c) + u * at(x0 + 1, y0, c)) +
          v * ((1 - u) * at(x0, y0 + 1, c) + u * at(x0 + 1, y0 + 1, c));
        const level = Math.round(value * gain + 1.5 * random.normal());
        out[(y * width + x) * channels + c] = Math.max(0, Math.min(255, level));
      }
    }
  return { width, height, channels, data: out };
}
