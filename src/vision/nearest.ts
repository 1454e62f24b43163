import { halfToEven } from "./morphology.js";

/**
 * Source positions of a nearest-neighbour resize from `from` to `to` pixels along one axis: `floor(i · from / to)`,
 * with the ratio rounded as image libraries round it.
 */
export function nearestPositions(from: number, to: number): Int32Array {
  const step = 1 / (to / from);
  return Int32Array.from({ length: to }, (_, i) => Math.min(Math.floor(i * step), from - 1));
}

/** Resizes single-channel bytes to `width × height`, nearest neighbour; the aspect is not kept. */
export function resizeNearest<T extends { width: number; height: number; data: Uint8Array }>(
  image: T,
  width: number,
  height: number,
): { width: number; height: number; data: Uint8Array } {
  const xs = nearestPositions(image.width, width);
  const ys = nearestPositions(image.height, height);
  const data = new Uint8Array(width * height);
  for (let y = 0, o = 0; y < height; y++) {
    const row = ys[y] * image.width;
    for (let x = 0; x < width; x++, o++) data[o] = image.data[row + xs[x]];
  }
  return { width, height, data };
}

/** Two rows of an affine map of pixel centres: x' = a·x + b·y + c, y' = d·x + e·y + f. */
export type AffineRows = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const BITS = 10;
const ONE = 1 << BITS;

/**
 * For an image that is warped by `map`: where a result pixel comes from, nearest neighbour, with the map inverted and
 * walked in steps of 1/1024 pixel, as OpenCV does. `x(u, v)` and `y(u, v)` may lie outside the source.
 */
export function nearestWarp(
  map: AffineRows,
  width: number,
  height: number,
): Readonly<{ x: (u: number, v: number) => number; y: (u: number, v: number) => number }> {
  const [m0, m1, m2, m3, m4, m5] = map;
  const det = m0 * m4 - m1 * m3;
  const scale = det !== 0 ? 1 / det : 0;
  const a = m4 * scale;
  const e = m0 * scale;
  const b = m1 * -scale;
  const d = m3 * -scale;
  const c = -a * m2 - b * m5;
  const f = -d * m2 - e * m5;
  const alongX = steps(width, (u) => a * u * ONE);
  const alongY = steps(width, (u) => d * u * ONE);
  const rowX = steps(height, (v) => (b * v + c) * ONE);
  const rowY = steps(height, (v) => (e * v + f) * ONE);
  const half = ONE / 2;
  return {
    x: (u, v) => ((rowX[v] as number) + half + (alongX[u] as number)) >> BITS,
    y: (u, v) => ((rowY[v] as number) + half + (alongY[u] as number)) >> BITS,
  };
}

function steps(length: number, at: (i: number) => number): Int32Array {
  return Int32Array.from({ length }, (_, i) => halfToEven(at(i)));
}
