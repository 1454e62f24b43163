import type { Pixels } from "../../kit/images.js";
import type { Random } from "../../kit/random.js";

/** A soft-edged region: 0 outside, 1 inside, one value a pixel. */
export type Cover = Readonly<{ width: number; height: number; data: Float32Array }>;

/** Harmonics of a blob's outline. */
const WAVES = 5;

/**
 * A blob around the middle: its radius varies smoothly with the angle. `long` and `across` are half axes in pixels,
 * `turn` radians, `rough` 0 (an ellipse) … 1.
 */
export function blob(
  size: Readonly<{ width: number; height: number }>,
  o: Readonly<{
    x: number;
    y: number;
    long: number;
    across: number;
    turn: number;
    rough: number;
    soft?: number;
  }>,
  random: Random,
): Cover {
  const waves = Array.from({ length: WAVES }, (_, k) => ({
    amplitude: (o.rough * random.normal()) / (2.5 * (k + 1)),
    phase: random.range(0, 2 * Math.PI),
  }));
  const soft = o.soft ?? 1;
  return cover(size, (x, y) => {
    const [dx, dy] = [x - o.x, y - o.y];
    const u = (dx * Math.cos(o.turn) + dy * Math.sin(o.turn)) / o.long;
    const v = (-dx * Math.sin(o.turn) + dy * Math.cos(o.turn)) / o.across;
    const angle = Math.atan2(v, u);
    const edge = waves.reduce((r, w, k) => r + w.amplitude * Math.cos((k + 2) * angle + w.phase), 1);
    return (Math.max(0.2, edge) - Math.hypot(u, v)) * (Math.min(o.long, o.across) / soft) + 0.5;
  });
}

/** A curved line of changing width, from `from` over `via` to `to` (a quadratic curve), points in pixels. */
export function stroke(
  size: Readonly<{ width: number; height: number }>,
  points: readonly [readonly [number, number], readonly [number, number], readonly [number, number]],
  width: (along: number) => number,
): Cover {
  const steps = Math.max(size.width, size.height) * 2;
  const path = Array.from({ length: steps + 1 }, (_, i) => {
    const t = i / steps;
    const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
    return [
      a * points[0][0] + b * points[1][0] + c * points[2][0],
      a * points[0][1] + b * points[1][1] + c * points[2][1],
      width(t),
    ] as const;
  });
  const data = new Float32Array(size.width * size.height);
  for (const [x, y, w] of path) {
    const reach = Math.ceil(w + 1);
    for (let v = Math.floor(y) - reach; v <= Math.floor(y) + reach; v++)
      for (let u = Math.floor(x) - reach; u <= Math.floor(x) + reach; u++) {
        if (u < 0 || v < 0 || u >= size.width || v >= size.height) continue;
        const value = clamp(w / 2 - Math.hypot(u + 0.5 - x, v + 0.5 - y) + 0.5);
        const i = v * size.width + u;
        if (value > data[i]) data[i] = value;
      }
  }
  return { ...size, data };
}

/** Both regions together. */
export function union(a: Cover, b: Cover): Cover {
  return { ...a, data: a.data.map((value, i) => Math.max(value, b.data[i])) };
}

/** The region as a mask of 0 and 255. */
export function maskPixels({ width, height, data }: Cover, level = 0.35): Pixels {
  return { width, height, channels: 1, data: Uint8Array.from(data, (v) => (v > level ? 255 : 0)) };
}

/** Smooth random field, about −1 … 1: a sum of a few waves of `period` pixels and longer. */
export function waves(period: number, random: Random): (x: number, y: number) => number {
  const list = Array.from({ length: 8 }, () => {
    const turn = random.range(0, 2 * Math.PI);
    const length = period * random.range(1, 4);
    return {
      kx: (2 * Math.PI * Math.cos(turn)) / length,
      ky: (2 * Math.PI * Math.sin(turn)) / length,
      phase: random.range(0, 7),
    };
  });
  return (x, y) => list.reduce((sum, w) => sum + Math.sin(w.kx * x + w.ky * y + w.phase), 0) / 4;
}

function cover(
  { width, height }: Readonly<{ width: number; height: number }>,
  value: (x: number, y: number) => number,
): Cover {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data[y * width + x] = clamp(value(x + 0.5, y + 0.5));
  return { width, height, data };
}

function clamp(value: number): number {
  return Math.max(0, Math.min(1, value));
}
