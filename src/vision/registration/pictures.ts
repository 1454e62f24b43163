import type { AnyPixels, Fixed, Moving } from "./types.js";

/** More colours than a label picture has. */
const MOST_CLASSES = 64;

/** 8-bit grey by the fixed-point weights .299, .587, .114 (contract 4.3); alpha is ignored. */
export function contractGrey({ width, height, channels, data }: AnyPixels): Uint8Array {
  if (channels === 1) return data;
  const out = new Uint8Array(width * height);
  for (let i = 0, j = 0; i < out.length; i++, j += channels)
    out[i] = (data[j]! * 4899 + data[j + 1]! * 9617 + data[j + 2]! * 1868 + 8192) >> 14;
  return out;
}

/**
 * Prepares the picture that is looked for. One with at most 64 colours is a label picture (a CAD mask): each colour is
 * a class of its own. In any other, pixels with alpha 0 are left out.
 */
export function movingPicture(pixels: AnyPixels): Moving {
  const { width, height, channels, data } = pixels;
  const grey = contractGrey(pixels);
  const classes = classesOf(pixels);
  if (classes) return { width, height, grey, classes };
  if (channels !== 4) return { width, height, grey };
  const valid = new Uint8Array(width * height);
  let hidden = false;
  for (let i = 0; i < valid.length; i++) {
    valid[i] = data[4 * i + 3]! > 0 ? 1 : 0;
    hidden ||= valid[i] === 0;
  }
  return hidden ? { width, height, grey, valid } : { width, height, grey };
}

/** Prepares the photo. */
export function fixedPicture(pixels: AnyPixels): Fixed {
  return { width: pixels.width, height: pixels.height, grey: contractGrey(pixels) };
}

/**
 * Numbers the colours in the order of their first pixel; undefined for more than {@link MOST_CLASSES}, and where all are
 * opaque greys: those have an order, and their blends at edges are no labels.
 */
function classesOf({ width, height, channels, data }: AnyPixels): Moving["classes"] {
  if (channels === 1) return undefined;
  const of = new Uint8Array(width * height);
  const numbers = new Map<number, number>();
  let last = -1;
  let number = 0;
  let coloured = false;
  for (let i = 0, j = 0; i < of.length; i++, j += channels) {
    let key = data[j]!;
    for (let c = 1; c < channels; c++) key = key * 256 + data[j + c]!;
    if (key !== last) {
      last = key;
      const known = numbers.get(key);
      if (known === undefined) {
        coloured ||=
          data[j] !== data[j + 1] || data[j] !== data[j + 2] || (channels === 4 && data[j + 3]! < 255);
        if (numbers.size === MOST_CLASSES) return undefined;
        number = numbers.size;
        numbers.set(key, number);
      } else number = known;
    }
    of[i] = number;
  }
  return coloured ? { count: numbers.size, of } : undefined;
}
