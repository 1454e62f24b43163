import type { Point } from "../board/board.js";

/**
 * A stroke font for legends, drawn for this program. Each pair of base-36 digits is a point: x from 0, y from the
 * baseline at 4 to capitals at 16 ("g"); small letters reach 12 ("c"), tails 0. A space lifts the pen.
 */
const GLYPHS: Readonly<Record<string, string>> = {
  " ": "",
  "!": "0g08 0405",
  '"': "0g0d 3g3d",
  "#": "3g14 7g54 0b8b 0787",
  $: "8e6g2g0e0c2a6a8886642406 4i42",
  "%": "048g 2g0e2c4e2g 6846648668",
  "&": "841c1e3g5e5c0806245488",
  "'": "0g0d",
  "(": "3h1e0a1633",
  ")": "0h2e3a2603",
  "*": "3e38 0c6a 6c0a",
  "+": "4d45 0989",
  ",": "151402",
  "-": "0969",
  ".": "0405",
  "/": "037h",
  "0": "2g0e062464868e6g2g",
  "1": "0d3g34 0464",
  "2": "0e2g6g8e8c0484",
  "3": "0g8g4b6b8986642406",
  "4": "646g0888",
  "5": "8g1g0a2b6b8986642406",
  "6": "7g4g0a06246486896b2b09",
  "7": "0g8g34",
  "8": "2g0e0c2a6a8c8e6g2g 2a0806246486886a",
  "9": "14448a8e6g2g0e0b29698b",
  ":": "0405 0b0c",
  ";": "151402 1b1c",
  "<": "8d0985",
  "=": "0b8b 0787",
  ">": "0d8905",
  "?": "0e2g6g8e8c4948 4445",
  "@": "6b4c2b2847686c 68798a8d6g2g0d072474",
  A: "044g84 1878",
  B: "040g6g8e8c6a0a 6a88866404",
  C: "8e6g2g0e06246486",
  D: "040g5g8d875404",
  E: "8g0g0484 0a6a",
  F: "8g0g04 0a6a",
  G: "8e6g2g0e062464868a5a",
  H: "040g 848g 0a8a",
  I: "040g",
  J: "6g66442406",
  K: "040g 8g08 3b84",
  L: "0g0484",
  M: "040g4a8g84",
  N: "040g848g",
  O: "2g0e062464868e6g2g",
  P: "040g6g8e8b6909",
  Q: "2g0e062464868e6g2g 5783",
  R: "040g6g8e8b6909 4984",
  S: "8e6g2g0e0c2a6a8886642406",
  T: "0g8g 4g44",
  U: "0g062464868g",
  V: "0g448g",
  W: "0g245c84ag",
  X: "0g84 8g04",
  Y: "0g4a8g 4a44",
  Z: "0g8g0484",
  "[": "3h0h0333",
  "\\": "0h73",
  "]": "0h3h3303",
  "^": "0d3g6d",
  _: "0383",
  "`": "0g2e",
  a: "7c74 7a5c2c0a06245476",
  b: "0g04 0a2c5c7a76542406",
  c: "7b5c2c0a06245475",
  d: "7g74 7a5c2c0a06245476",
  e: "08787a5c2c0a06245475",
  f: "4g3g2e24 0c4c",
  g: "7c72502001 7a5c2c0a06245476",
  h: "0g04 0a2c5c7a74",
  i: "0c04 0f0g",
  j: "3c321000 3f3g",
  k: "0g04 6c07 2964",
  l: "0g051424",
  m: "0c04 0a2c4c5a54 5a7c8caaa4",
  n: "0c04 0a2c5c7a74",
  o: "2c0a062454767a5c2c",
  p: "0c00 0a2c5c7a76542406",
  q: "7c70 7a5c2c0a06245476",
  r: "0c04 0a2c4c",
  s: "6b5c1c0b0918586765541405",
  t: "2g263444 0c4c",
  u: "0c06245476 7c74",
  v: "0c346c",
  w: "0c245a84ac",
  x: "0c64 6c04",
  y: "0c34 6c1000",
  z: "0c6c0464",
  "{": "4h2f2b0a292543",
  "|": "0h03",
  "}": "0h2f2b4a292503",
  "~": "0a2b698a",
  "°": "2g0e2c4e2g",
  "±": "4f47 0b8b 0484",
  µ: "0c00 06245476 7c74",
  Ω: "0434090d2g6g8d895484",
};

/** Glyphs that the font lacks. */
const BOX = "040g6g6404";
const SAME: Readonly<Record<string, string>> = { "\u03bc": "µ", "\u2126": "Ω", "\u2013": "-", "\u2014": "-" };

const BASELINE = 4;
const CAPITAL = 12;
const GAP = 3.2;
const SPACE = 7;

/** Strokes of a glyph and how far the pen moves on, in capital heights; the baseline is y = 0, +Y up. */
export type Glyph = Readonly<{ strokes: readonly (readonly Point[])[]; advance: number }>;

export function glyph(character: string): Glyph {
  const plain = SAME[character] ?? character;
  const drawn = GLYPHS[plain] ?? GLYPHS[plain.normalize("NFD")[0]] ?? (/\s/.test(plain) ? "" : BOX);
  const strokes = drawn.split(" ").filter(Boolean).map(points);
  const width = strokes.length === 0 ? SPACE - GAP : Math.max(...strokes.flat().map(([x]) => x));
  return {
    strokes: strokes.map((s) => s.map(([x, y]): Point => [x / CAPITAL, y / CAPITAL])),
    advance: (width + GAP) / CAPITAL,
  };
}

/** The gap that the last glyph of a line leaves behind it. */
export const TRAILING = GAP / CAPITAL;

function points(stroke: string): Point[] {
  return Array.from({ length: stroke.length / 2 }, (_, i) => [
    Number.parseInt(stroke[2 * i], 36),
    Number.parseInt(stroke[2 * i + 1], 36) - BASELINE,
  ]);
}
