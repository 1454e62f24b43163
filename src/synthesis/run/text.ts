import type { Pixels } from "../../kit/images.js";

/** Letters and figures of 3×5 pixels, as five rows of three bits: a run's pictures need no font of the machine. */
const GLYPHS: Readonly<Record<string, string>> = {
  "0": "75557",
  "1": "26227",
  "2": "71747",
  "3": "71717",
  "4": "55711",
  "5": "74717",
  "6": "74757",
  "7": "71111",
  "8": "75757",
  "9": "75717",
  A: "25755",
  C: "74447",
  K: "55655",
  M: "57755",
  O: "75557",
  P: "75744",
  R: "75655",
  S: "74717",
};

/** Writes a text at twice the size of its pixels; what falls outside the picture is cut, unknown signs are blanks. */
export function drawText(
  image: Pixels,
  text: string,
  left: number,
  top: number,
  colour: readonly number[],
): void {
  for (const [k, sign] of [...text].entries()) {
    const rows = GLYPHS[sign];
    if (!rows) continue;
    for (let y = 0; y < 10; y++)
      for (let x = 0; x < 6; x++) {
        const bits = Number.parseInt(rows[y >> 1]!, 16);
        if (!((bits >> (2 - (x >> 1))) & 1)) continue;
        const [u, v] = [left + 8 * k + x, top + y];
        if (u < 0 || v < 0 || u >= image.width || v >= image.height) continue;
        for (let c = 0; c < 3; c++) image.data[(v * image.width + u) * 3 + c] = colour[c]!;
      }
  }
}
