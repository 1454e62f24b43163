import { boxMean, type Integral } from "./integral.js";
import { type Bits, brighter, popcount } from "./likeness.js";

/**
 * A place of a picture that is found again when the crop was cut elsewhere: a blob or corner, with the steps of the
 * window around it. Coordinates are pixels.
 */
export type Anchor = Readonly<{ x: number; y: number; bits: Bits }>;

export const MOST_ANCHORS = 6;

/** Pictures are looked at on a grid of at most this many cells a side. */
const FINEST = 128;
/** A window has 9 × 8 cells of this many grid steps. */
const CELL = 3;
const [HALF_WIDTH, HALF_HEIGHT] = [Math.ceil((9 * CELL) / 2), (8 * CELL) / 2];
/** Half the side of the boxes, and their distance, from which second derivatives are taken. */
const [BOX, REACH] = [2, 4];
/** Anchors are at least this far apart. */
const APART = 8;
/** Least determinant of second derivatives: noise stays below. */
const LEAST = 60;
/** Bits that a window must have: fewer say nothing. */
const FEWEST_BITS = 6;

/**
 * The strongest blobs and corners of a picture, at most {@link MOST_ANCHORS}: local maxima of the determinant of its
 * second derivatives (the detector of SURF, with boxes), which lines do not excite. Their windows lie inside.
 */
export function anchorsOf(sums: Integral): Anchor[] {
  const f = Math.max(1, Math.ceil(Math.max(sums.width, sums.height) / FINEST));
  const width = Math.floor(sums.width / f);
  const height = Math.floor(sums.height / f);
  const [left, top] = [HALF_WIDTH, HALF_HEIGHT];
  const [right, bottom] = [width - HALF_WIDTH, height - HALF_HEIGHT];
  if (right - left < 3 || bottom - top < 3) return [];
  const means = boxMeans(sums, f, width, height);
  const wide = right - left;
  const strength = new Float32Array(wide * (bottom - top));
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++)
      strength[(y - top) * wide + x - left] = determinant(means, width, y * width + x);
  const found: Anchor[] = [];
  for (const at of maxima(strength, wide)) {
    const [x, y] = [left + (at % wide), top + Math.floor(at / wide)];
    if (found.some((a) => Math.hypot(a.x / f - x, a.y / f - y) < APART)) continue;
    const bits = windowBits(sums, f, x, y);
    const set = popcount(bits[0]) + popcount(bits[1]);
    if (set >= FEWEST_BITS) found.push({ x: x * f, y: y * f, bits });
    if (found.length === MOST_ANCHORS) break;
  }
  return found;
}

/** Mean of the box around every grid point; 0 where it does not lie inside. */
function boxMeans(sums: Integral, f: number, width: number, height: number): Float32Array {
  const out = new Float32Array(width * height);
  for (let y = BOX; y < height - BOX; y++)
    for (let x = BOX; x < width - BOX; x++)
      out[y * width + x] = boxMean(sums, (x - BOX) * f, (y - BOX) * f, (x + BOX + 1) * f, (y + BOX + 1) * f);
  return out;
}

function determinant(m: Float32Array, width: number, at: number): number {
  const v = (dx: number, dy: number) => m[at + dy * width + dx] as number;
  const centre = v(0, 0);
  const xx = v(-REACH, 0) + v(REACH, 0) - 2 * centre;
  const yy = v(0, -REACH) + v(0, REACH) - 2 * centre;
  const xy = (v(REACH, REACH) + v(-REACH, -REACH) - v(REACH, -REACH) - v(-REACH, REACH)) / 4;
  return xx * yy - xy * xy;
}

/** Places stronger than {@link LEAST} and than all their neighbours, strongest first. */
function maxima(strength: Float32Array, wide: number): number[] {
  const out: number[] = [];
  for (let at = wide + 1; at < strength.length - wide - 1; at++) {
    const s = strength[at] as number;
    if (s < LEAST || at % wide === 0 || at % wide === wide - 1) continue;
    let largest = true;
    for (let dy = -wide; dy <= wide && largest; dy += wide)
      for (let dx = -1; dx <= 1; dx++)
        if ((dx !== 0 || dy !== 0) && (strength[at + dy + dx] as number) >= s) {
          largest = false;
          break;
        }
    if (largest) out.push(at);
  }
  return out.sort((a, b) => (strength[b] as number) - (strength[a] as number) || a - b);
}

function windowBits(sums: Integral, f: number, x: number, y: number): Bits {
  const cells = new Float64Array(72);
  const [left, top] = [x - Math.floor((9 * CELL) / 2), y - HALF_HEIGHT];
  for (let row = 0; row < 8; row++)
    for (let column = 0; column < 9; column++) {
      const [x0, y0] = [(left + column * CELL) * f, (top + row * CELL) * f];
      cells[row * 9 + column] = boxMean(sums, x0, y0, x0 + CELL * f, y0 + CELL * f);
    }
  return brighter(cells, 9, 1)[0];
}
