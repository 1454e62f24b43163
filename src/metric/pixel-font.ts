/**
 * A 5×7 pixel font, so that our charts need no font of the machine and have the same bytes everywhere.
 * Seven rows of five bits per glyph, two hexadecimal digits a row, top first.
 */
const GLYPHS: Readonly<Record<string, string>> = {
  " ": "00000000000000",
  "0": "0e11131519110e",
  "1": "040c040404040e",
  "2": "0e11010204081f",
  "3": "1f02040201110e",
  "4": "02060a121f0202",
  "5": "1f101e0101110e",
  "6": "0608101e11110e",
  "7": "1f010204080808",
  "8": "0e11110e11110e",
  "9": "0e11110f01020c",
  A: "0e11111f111111",
  B: "1e11111e11111e",
  C: "0e11101010110e",
  D: "1c12111111121c",
  E: "1f10101e10101f",
  F: "1f10101e101010",
  G: "0e11101711110f",
  H: "1111111f111111",
  I: "0e04040404040e",
  J: "0702020202120c",
  K: "11121418141211",
  L: "1010101010101f",
  M: "111b1515111111",
  N: "11111915131111",
  O: "0e11111111110e",
  P: "1e11111e101010",
  Q: "0e11111115120d",
  R: "1e11111e141211",
  S: "0f10100e01011e",
  T: "1f040404040404",
  U: "1111111111110e",
  V: "11111111110a04",
  W: "11111115151b11",
  X: "11110a040a1111",
  Y: "1111110a040404",
  Z: "1f01020408101f",
  ".": "00000000000c0c",
  ",": "000000000c0408",
  "%": "18190204081303",
  "=": "00001f001f0000",
  "-": "0000001f000000",
  "+": "0004041f040400",
  "(": "02040808080402",
  ")": "08040202020408",
  "/": "00010204081000",
  ":": "000c0c000c0c00",
  "<": "02040810080402",
  ">": "08040201020408",
  _: "0000000000001f",
  ";": "000c0c000c0408",
};

/** Width of a text in user units at one unit per pixel times `size`. */
export function textWidth(text: string, size: number): number {
  return Math.max(0, text.length * 6 - 1) * size;
}

/** An SVG path drawing upper-cased `text` with its top left corner at (x, y); unknown characters are blank. */
export function textPath(text: string, x: number, y: number, size: number): string {
  let d = "";
  [...text.toUpperCase()].forEach((char, i) => {
    const glyph = GLYPHS[char] ?? GLYPHS[" "];
    for (let row = 0; row < 7; row++) {
      const bits = Number.parseInt((glyph as string).slice(row * 2, row * 2 + 2), 16);
      for (let column = 0; column < 5; column++) {
        if (!(bits & (16 >> column))) continue;
        const px = Math.round((x + (i * 6 + column) * size) * 100) / 100;
        const py = Math.round((y + row * size) * 100) / 100;
        d += `M${px} ${py}h${size}v${size}h${-size}z`;
      }
    }
  });
  return d;
}
