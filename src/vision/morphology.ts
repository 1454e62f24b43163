import type { Mask } from "./mask.js";

/** One row of a structuring element: the pixels `from … to` (inclusive) of the row `dy`, relative to its anchor. */
export type ElementRow = Readonly<{ dy: number; from: number; to: number }>;

/** A structuring element whose rows are single runs; the anchor is (0, 0). */
export type Element = readonly ElementRow[];

/** A `size × size` square; the anchor of an even size is right and below of the middle, as image libraries have it. */
export function squareElement(size: number): Element {
  const first = -Math.floor(size / 2);
  return Array.from({ length: size }, (_, i) => ({ dy: first + i, from: first, to: first + size - 1 }));
}

/** The ellipse inscribed in an odd square: half widths `round(√(r² − dy²))`, halves to even (contract 5.5). */
export function ellipseElement(size: number): Element {
  const r = (size - 1) / 2;
  return Array.from({ length: size }, (_, i) => {
    const reach = halfToEven(Math.sqrt(r * r - (i - r) * (i - r)));
    return { dy: i - r, from: -reach, to: reach };
  });
}

/** Grows a mask; what lies outside the image adds nothing. */
export function dilateBy(m: Mask, element: Element, times = 1): Mask {
  let out = m;
  for (let i = 0; i < times; i++) out = sweep(out, element, 1);
  return out;
}

/** Shrinks a mask; what lies outside the image takes nothing away. */
export function erodeBy(m: Mask, element: Element, times = 1): Mask {
  let out = m;
  for (let i = 0; i < times; i++) out = sweep(out, element, 0);
  return out;
}

export function openBy(m: Mask, element: Element): Mask {
  return dilateBy(erodeBy(m, element), element);
}

export function closeBy(m: Mask, element: Element): Mask {
  return erodeBy(dilateBy(m, element), element);
}

/** Pixels become `to` where any pixel under the element is `to`. */
function sweep({ width, height, data }: Mask, element: Element, to: 0 | 1): Mask {
  const sums = rowSums({ width, height, data }, to);
  const out = new Uint8Array(data.length).fill(1 - to);
  for (let y = 0; y < height; y++)
    for (const { dy, from, to: last } of element) {
      const v = y + dy;
      if (v < 0 || v >= height) continue;
      const base = v * (width + 1);
      // A row without such pixels changes nothing.
      if (sums[base + width] === 0) continue;
      for (let x = 0, o = y * width; x < width; x++, o++) {
        if (out[o] === to) continue;
        const a = Math.max(x + from, 0);
        const b = x + last + 1 < width ? x + last + 1 : width;
        if (a < b && sums[base + b] > sums[base + a]) out[o] = to;
      }
    }
  return { width, height, data: out };
}

/** Running counts of `value` along each row, `width + 1` numbers a row. */
function rowSums({ width, height, data }: Mask, value: 0 | 1): Int32Array {
  const sums = new Int32Array((width + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0, o = y * (width + 1); x < width; x++, o++)
      sums[o + 1] = sums[o] + (data[y * width + x] === value ? 1 : 0);
  return sums;
}

/** Rounds to the nearest whole number, halves to the even one. */
export function halfToEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
}
