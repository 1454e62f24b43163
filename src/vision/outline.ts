import type { Mask } from "./mask.js";

/**
 * The mask with its holes filled: background that 4-neighbours do not join to the outside of the image. Parts that lie
 * in a hole are swallowed with it.
 */
export function fillHoles({ width, height, data }: Mask): Mask {
  const out = new Uint8Array(data.length).fill(1);
  const stack: number[] = [];
  const visit = (i: number): void => {
    if (!data[i] && out[i]) {
      out[i] = 0;
      stack.push(i);
    }
  };
  for (let x = 0; x < width; x++) {
    visit(x);
    visit((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    const x = i % width;
    if (x > 0) visit(i - 1);
    if (x < width - 1) visit(i + 1);
    if (i >= width) visit(i - width);
    if (i + width < data.length) visit(i + width);
  }
  return { width, height, data: out };
}

/**
 * Sum of the areas inside the outermost contours, drawn through pixel centres: less than the pixel count, 0 for lines
 * and single pixels (contract 5.4). A cell of four pixels counts 1, of three ½.
 */
export function outlineArea(m: Mask): number {
  const { width, height, data } = fillHoles(m);
  let twice = 0;
  for (let y = 0; y + 1 < height; y++)
    for (let x = 0, i = y * width; x + 1 < width; x++, i++) {
      const n = data[i] + data[i + 1] + data[i + width] + data[i + width + 1];
      if (n > 2) twice += n - 2;
    }
  return twice / 2;
}
