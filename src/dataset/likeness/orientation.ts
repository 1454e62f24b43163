import type { Pixels } from "../../kit/images.js";
import type { Bits, Steps } from "./likeness.js";

/**
 * One of the eight ways to lay a rectangle on itself or its transpose, as a number 0…7: bit 2 = transposed first
 * (x and y exchanged), then bit 0 = mirrored left to right, bit 1 = mirrored top to bottom. 0 leaves it as it is.
 */
export type Orientation = number;

export const ORIENTATIONS = 8;

const QUARTER_TURNS: ReadonlySet<Orientation> = new Set([5, 6]);

/** What a person would say of a copy in this orientation. */
export function orientationWord(o: Orientation): string {
  if (o === 0) return "upright";
  return o === 3 ? "upside down" : QUARTER_TURNS.has(o) ? "turned by 90°" : "mirrored";
}

/** The `right` bits (what {@link Steps} hashes) of the picture in another orientation. */
export function orientedBits({ right, left, down, up }: Steps, o: Orientation): Bits {
  const transposed = (o & 4) !== 0;
  const mirrored = (o & 1) !== 0;
  // A mirror exchanges brighter and darker; a transpose the two directions.
  const source = transposed ? (mirrored ? up : down) : mirrored ? left : right;
  const out: [number, number] = [0, 0];
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) {
      const u = mirrored ? 7 - x : x;
      const v = (o & 2) !== 0 ? 7 - y : y;
      if (bitAt(source, transposed ? v : u, transposed ? u : v))
        out[y >> 2] = (out[y >> 2] as number) | (1 << ((y & 3) * 8 + x));
    }
  return [out[0] >>> 0, out[1] >>> 0];
}

function bitAt(bits: Bits, x: number, y: number): boolean {
  return ((bits[y >> 2] as number) & (1 << ((y & 3) * 8 + x))) !== 0;
}

/** Where each of `size` × `size` cells comes from in another orientation. */
export function orientedCells(size: number, o: Orientation): number[] {
  return Array.from({ length: size * size }, (_, at) => {
    const x = at % size;
    const y = Math.floor(at / size);
    const u = o & 1 ? size - 1 - x : x;
    const v = o & 2 ? size - 1 - y : y;
    return o & 4 ? u * size + v : v * size + u;
  });
}

/** The picture in another orientation. */
export function oriented(image: Pixels, o: Orientation): Pixels {
  if (o === 0) return image;
  const { channels, data } = image;
  const [width, height] = o & 4 ? [image.height, image.width] : [image.width, image.height];
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = o & 1 ? width - 1 - x : x;
      const v = o & 2 ? height - 1 - y : y;
      const from = (o & 4 ? u * image.width + v : v * image.width + u) * channels;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) out[to + c] = data[from + c] as number;
    }
  return { width, height, channels, data: out };
}
