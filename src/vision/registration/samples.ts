import type { Random } from "../../kit/random.js";
import type { Frame } from "./frame.js";
import type { BinnedMoving } from "./pyramid.js";

/** Places of the moving picture in the coordinates of a {@link Frame}, with their bins. */
export type Samples = Readonly<{ count: number; u: Float32Array; v: Float32Array; bin: Uint8Array }>;

/** Pixels that are drawn for a place of every other cell; the one with the strongest change around it is taken. */
const DRAWS = 4;

/**
 * About `count` pixels of the moving picture, one at a random place of each cell of a square grid: as even as a grid,
 * without its beat against regular pitches. Every other cell takes its liveliest of a few, so that a sparse board is not
 * all background. All pixels where there are no more than that.
 */
export function drawSamples(moving: BinnedMoving, frame: Frame, count: number, random: Random): Samples {
  const { width, height, factor, of, valid } = moving;
  const cell = Math.max(1, Math.sqrt((width * height) / count));
  const columns = Math.ceil(width / cell);
  const rows = Math.ceil(height / cell);
  const u = new Float32Array(columns * rows);
  const v = new Float32Array(columns * rows);
  const bin = new Uint8Array(columns * rows);
  const off = (factor - 1) / 2;
  // Cheap draws: a call of `Random` for each would cost as much as all evaluations of a level.
  let state = random.int(2 ** 31);
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  let n = 0;
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++) {
      let at = -1;
      let liveliest = -1;
      for (let k = cell > 1.5 && (i + j) % 2 === 1 ? DRAWS : 1; k > 0; k--) {
        const x = cell === 1 ? i : Math.floor((i + draw()) * cell);
        const y = cell === 1 ? j : Math.floor((j + draw()) * cell);
        if (x >= width || y >= height) continue;
        const pixel = y * width + x;
        if (valid && valid[pixel] === 0) continue;
        const change = k === 1 && at < 0 ? 0 : changeAt(of, width, height, x, y);
        if (change > liveliest) [at, liveliest] = [pixel, change];
      }
      if (at < 0) continue;
      const x = at % width;
      u[n] = (x * factor + off - frame.mx) / frame.radius;
      v[n] = (((at - x) / width) * factor + off - frame.my) / frame.radius;
      bin[n++] = of[at]!;
    }
  return { count: n, u: u.subarray(0, n), v: v.subarray(0, n), bin: bin.subarray(0, n) };
}

function changeAt(of: Uint8Array, width: number, height: number, x: number, y: number): number {
  const i = y * width + x;
  const right = x + 1 < width ? of[i + 1]! : of[i]!;
  const left = x > 0 ? of[i - 1]! : of[i]!;
  const down = y + 1 < height ? of[i + width]! : of[i]!;
  const up = y > 0 ? of[i - width]! : of[i]!;
  return Math.abs(right - left) + Math.abs(down - up);
}
