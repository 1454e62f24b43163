import type { Point } from "../board/board.js";

/**
 * A plain engraving font: strokes on a grid 4 wide and 6 high, baseline at 0. Each stroke is a list of
 * corners, two digits each ("x y"). Curves are octagonal, as a laser
 * or a legend printer draws them at this size.
 */
const GLYPHS: Readonly<Record<string, string>> = {
  A: "00 04 15 16 25 26 36 44 40|03 43",
  B: "00 06 36 45 44 33 03|33 42 41 30 00",
  C: "45 36 16 05 01 10 30 41",
  D: "00 06 26 44 42 20 00",
  E: "40 00 06 46|03 33",
  F: "00 06 46|03 33",
  G: "45 36 16 05 01 10 30 41 43 23",
  H: "00 06|40 46|03 43",
  I: "10 30|20 26|16 36",
  J: "01 10 30 41 46",
  K: "00 06|46 02|13 40",
  L: "06 00 40",
  M: "00 06 23 46 40",
  N: "00 06 40 46",
  O: "10 01 05 16 36 45 41 30 10",
  P: "00 06 36 45 44 33 03",
  Q: "10 01 05 16 36 45 41 30 10|22 40",
  R: "00 06 36 45 44 33 03|23 40",
  S: "01 10 30 41 42 33 13 04 05 16 36 45",
  T: "20 26|06 46",
  U: "06 01 10 30 41 46",
  V: "06 20 46",
  W: "06 10 24 30 46",
  X: "00 46|06 40",
  Y: "06 23 46|23 20",
  Z: "06 46 00 40",
  "0": "10 01 05 16 36 45 41 30 10|11 35",
  "1": "04 26 20|00 40",
  "2": "05 16 36 45 44 00 40",
  "3": "06 46 24 34 43 41 30 10 01",
  "4": "30 36 02 42",
  "5": "46 06 03 33 42 41 30 10 01",
  "6": "36 16 04 01 10 30 41 42 33 13 02",
  "7": "06 46 10",
  "8": "13 04 05 16 36 45 44 33 13 02 01 10 30 41 42 33",
  "9": "10 30 42 45 36 16 05 04 13 33 44",
  "-": "03 43",
  "+": "03 43|21 25",
  "/": "00 46",
  ".": "10 20 21 11 10",
  ",": "11 00",
  ":": "11 12|14 15",
  "=": "02 42|04 44",
  "*": "13 33|24 22|12 34|14 32",
  _: "00 40",
  "(": "30 21 25 36",
  ")": "10 21 25 16",
  "%": "00 46|05 16|30 41",
  "&": "40 04 05 16 25 24 02 01 10 20 42",
  "?": "05 16 36 45 44 22|20 21",
  "#": "10 16|30 36|02 42|04 44",
  µ: "00 04|02 11 21 32 34|32 41",
  Ω: "00 10 12 04 16 36 44 32 30 40",
};

const WIDTH = 4;
const ADVANCE = 5.6;
const HEIGHT = 6;

export type TextStyle = Readonly<{
  /** Cap height, millimetres. */
  height: number;
  at: Point;
  /** Degrees counter-clockwise. */
  rotation?: number;
  /** `at` is the centre (default) or the left end of the baseline. */
  anchor?: "centre" | "left";
}>;

/** Width of a line of text at a cap height. */
export function textWidth(text: string, height: number): number {
  return text.length === 0 ? 0 : ((text.length - 1) * ADVANCE + WIDTH) * (height / HEIGHT);
}

/** The strokes of one line of text, millimetres. Small letters become capitals; unknown signs a box. */
export function textStrokes(text: string, style: TextStyle): Point[][] {
  const k = style.height / HEIGHT;
  const centred = (style.anchor ?? "centre") === "centre";
  const [x0, y0] = centred ? [-textWidth(text, style.height) / 2, -style.height / 2] : [0, 0];
  const a = ((style.rotation ?? 0) * Math.PI) / 180;
  const [c, s] = [Math.cos(a), Math.sin(a)];
  const out: Point[][] = [];
  [...text].forEach((sign, i) => {
    if (sign === " ") return;
    const glyph = GLYPHS[sign] ?? GLYPHS[sign.toUpperCase()] ?? "00 40 46 06 00";
    for (const line of glyph.split("|"))
      out.push(
        line.split(" ").map((corner) => {
          const x = x0 + (Number(corner[0]) + i * ADVANCE) * k;
          const y = y0 + Number(corner[1]) * k;
          return [style.at[0] + x * c - y * s, style.at[1] + x * s + y * c] as const;
        }),
      );
  });
  return out;
}
