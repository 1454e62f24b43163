import type { Bytes } from "./contract-information.js";

/** Seven rows of five bits for the letters of the two captions, top first. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  A: [14, 17, 17, 31, 17, 17, 17],
  C: [14, 17, 16, 16, 16, 17, 14],
  D: [30, 17, 17, 17, 17, 17, 30],
  E: [31, 16, 16, 30, 16, 16, 31],
  F: [31, 16, 16, 30, 16, 16, 16],
  G: [14, 17, 16, 23, 17, 17, 15],
  I: [14, 4, 4, 4, 4, 4, 14],
  L: [16, 16, 16, 16, 16, 16, 31],
  N: [17, 25, 21, 21, 19, 17, 17],
  R: [30, 17, 17, 30, 20, 18, 17],
};

/** The box of contract 4.5, top left. */
const BOX = { width: 180, height: 24 };
const COLOUR = [255, 200, 0];

/** Writes a caption into an RGB picture, on black, double size. */
export function caption(picture: Bytes, text: string): void {
  const { width, height, data } = picture;
  for (let y = 0; y < Math.min(BOX.height, height); y++)
    data.fill(0, y * width * 3, (y * width + Math.min(BOX.width, width)) * 3);
  [...text].forEach((letter, i) => {
    for (let y = 0; y < 14; y++)
      for (let x = 0; x < 10; x++) {
        const at = { x: 6 + 12 * i + x, y: 5 + y };
        if (((GLYPHS[letter]?.[y >> 1] ?? 0) & (16 >> (x >> 1))) === 0 || at.x >= width || at.y >= height)
          continue;
        data.set(COLOUR, (at.y * width + at.x) * 3);
      }
  });
}
