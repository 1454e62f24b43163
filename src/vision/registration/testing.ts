import { seeded } from "../../kit/random.js";
import { invert, mapPoint, type Size } from "./matrix.js";
import type { AnyPixels, Matrix3 } from "./types.js";

/** Colours of the toy board's classes: ground, body, terminal, text; and the greys of its picture. */
const COLOURS = [
  [0, 0, 0, 0],
  [200, 30, 30, 255],
  [30, 200, 30, 255],
  [30, 30, 200, 255],
];
const GREYS = [70, 30, 200, 150];

/** A toy board for tests: parts in no regular pitch, as a label picture and as a grey one. */
export function toyBoard(seed: number, { width, height }: Size): { labels: AnyPixels; render: AnyPixels } {
  const random = seeded(seed);
  const classes = new Uint8Array(width * height);
  const paint = (x: number, y: number, w: number, h: number, c: number) => {
    for (let j = Math.max(0, y); j < Math.min(height, y + h); j++)
      classes.fill(c, j * width + Math.max(0, x), j * width + Math.min(width, Math.max(0, x + w)));
  };
  for (let k = 0; k < (width * height) / 2500; k++) {
    const [x, y] = [random.int(width), random.int(height)];
    const [w, h] = random.chance(0.5) ? [18 + random.int(10), 10] : [10, 18 + random.int(10)];
    paint(x - 4, y - 4, w + 8, h + 8, 0);
    paint(x, y, w, h, 1);
    if (w > h) {
      paint(x, y, 5, h, 2);
      paint(x + w - 5, y, 5, h, 2);
    } else {
      paint(x, y, w, 5, 2);
      paint(x, y + h - 5, w, 5, 2);
    }
    if (random.chance(0.4)) paint(x + w + 8, y, 3, 12, 3);
  }
  const labels = new Uint8Array(width * height * 4);
  classes.forEach((c, i) => {
    labels.set(COLOURS[c]!, 4 * i);
  });
  return {
    labels: { width, height, channels: 4, data: labels },
    render: { width, height, channels: 1, data: classes.map((c) => GREYS[c]!) },
  };
}

/** A grey picture seen through `map`, inverted and with light from one side and noise. */
export function toyPhoto(render: AnyPixels, map: Matrix3, size: Size, seed: number): AnyPixels {
  const random = seeded(seed);
  const back = invert(map);
  const { width, height } = render;
  const data = new Uint8Array(size.width * size.height);
  for (let y = 0, i = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++, i++) {
      const [px, py] = mapPoint(back, x, y);
      const [x0, y0] = [Math.floor(px), Math.floor(py)];
      let v = 90;
      if (x0 >= 0 && y0 >= 0 && x0 < width - 1 && y0 < height - 1) {
        const q = y0 * width + x0;
        const [fx, fy] = [px - x0, py - y0];
        const d = render.data;
        v =
          (d[q]! * (1 - fx) + d[q + 1]! * fx) * (1 - fy) +
          (d[q + width]! * (1 - fx) + d[q + width + 1]! * fx) * fy;
      }
      const light = 0.85 + (0.3 * x) / size.width;
      data[i] = Math.max(0, Math.min(255, Math.round((255 - v) * light + random.range(-6, 6))));
    }
  return { width: size.width, height: size.height, channels: 1, data };
}

/** Mean distance of two maps over the moving picture, pixels. */
export function meanDistance(a: Matrix3, b: Matrix3, { width, height }: Size): number {
  let sum = 0;
  for (let j = 0; j < 5; j++)
    for (let i = 0; i < 5; i++) {
      const [x, y] = [((i + 0.5) * width) / 5, ((j + 0.5) * height) / 5];
      const [ax, ay] = mapPoint(a, x, y);
      const [bx, by] = mapPoint(b, x, y);
      sum += Math.hypot(ax - bx, ay - by) / 25;
    }
  return sum;
}
