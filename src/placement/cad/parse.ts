import type { Pixels } from "../../kit/images.js";
import { type Component, componentsByBlock, type Mask, mask } from "../../vision/index.js";
import type { CadClasses } from "../dataset/labels.js";

/** Smallest part in pixels, and as a share of the largest part of its class in the picture. */
export const MIN_AREA = 5;
const FRAGMENT = 0.1;

/** The parts of each class of a CAD mask, in the order of their numbers. */
export type CadParts = Readonly<{
  width: number;
  height: number;
  parts: ReadonlyMap<string, readonly Component[]>;
}>;

/**
 * Splits a CAD mask into parts (contract 5.5): every pixel takes the nearest of black and the class colours, and each
 * class falls into its 8-connected parts without specks and fragments.
 */
export function parseCad(image: Pixels, classes: CadClasses): CadParts {
  const { width, height } = image;
  const colours = distinct(classes);
  const of = nearestColours(image, colours);
  const parts = new Map<string, readonly Component[]>();
  colours.forEach(({ name }, k) => {
    const own = mask(width, height);
    for (let i = 0; i < of.length; i++) if (of[i] === k + 1) own.data[i] = 1;
    const found = componentsByBlock(own);
    const most = Math.max(0, ...found.map((p) => p.area));
    parts.set(
      name,
      found.filter((p) => p.area >= MIN_AREA && p.area >= most * FRAGMENT),
    );
  });
  return { width, height, parts };
}

/** The parts of the named classes in one mask. */
export function merged({ width, height, parts }: CadParts, names: readonly string[]): Mask {
  const out = mask(width, height);
  for (const name of names)
    for (const part of parts.get(name) ?? []) for (const i of part.pixels) out.data[i] = 1;
  return out;
}

/** One colour a class: of several the last one counts, in the place of the first. */
function distinct(classes: CadClasses): CadClasses {
  const byName = new Map<string, CadClasses[number]>();
  for (const entry of classes) byName.set(entry.name, entry);
  return [...byName.values()];
}

/** For each pixel 0 for black, or 1 + the index of its colour; the first of equally near ones. */
function nearestColours(image: Pixels, colours: CadClasses): Uint8Array {
  const known = new Map<number, number>();
  const out = new Uint8Array(image.width * image.height);
  for (let i = 0, s = 0; i < out.length; i++, s += 3) {
    const [r, g, b] = [image.data[s], image.data[s + 1], image.data[s + 2]];
    const key = (r << 16) | (g << 8) | b;
    let best = known.get(key);
    if (best === undefined) {
      best = 0;
      let least = r * r + g * g + b * b;
      colours.forEach(({ rgb }, k) => {
        const d = (rgb[0] - r) ** 2 + (rgb[1] - g) ** 2 + (rgb[2] - b) ** 2;
        if (d < least) {
          least = d;
          best = k + 1;
        }
      });
      known.set(key, best);
    }
    out[i] = best;
  }
  return out;
}
