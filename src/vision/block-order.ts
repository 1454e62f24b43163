import { type Component, components } from "./components.js";
import type { Mask } from "./mask.js";

/**
 * The 8-connected parts of a mask, ordered by the first block of 2×2 pixels that each touches, blocks taken row by
 * row: the order in which OpenCV numbers them. Contracts that draw parts by number depend on it.
 */
export function componentsByBlock(m: Mask): readonly Component[] {
  const across = (m.width + 1) >> 1;
  const keyed = components(m).parts.map((part) => {
    let key = Number.POSITIVE_INFINITY;
    for (const i of part.pixels) {
      const x = i % m.width;
      const block = (((i - x) / m.width) >> 1) * across + (x >> 1);
      if (block < key) key = block;
    }
    return { part, key };
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ part }, i) => ({ ...part, id: i + 1 }));
}
