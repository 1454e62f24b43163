// What happens between a board and its photo, with the truth known: a map, resampling, light and noise.
import { invert, mapPoint, multiply } from "../dist/vision/registration/index.js";
import { numbers } from "./lib-photos.mjs";

/** A map about the middles of two pictures: turn in degrees, scale, shift and tilt (part of the half side). */
export function cameraMap(
  from,
  to,
  { turn = 0, scale = 1, scaleY = scale, dx = 0, dy = 0, tiltX = 0, tiltY = 0 },
) {
  const c = Math.cos((turn * Math.PI) / 180);
  const s = Math.sin((turn * Math.PI) / 180);
  const half = Math.max(from.width, from.height) / 2;
  return multiply(
    multiply(
      [1, 0, (to.width - 1) / 2 + dx, 0, 1, (to.height - 1) / 2 + dy, 0, 0, 1],
      [scale * c, -scale * s, 0, scaleY * s, scaleY * c, 0, tiltX / half, tiltY / half, 1],
    ),
    [1, 0, -(from.width - 1) / 2, 0, 1, -(from.height - 1) / 2, 0, 0, 1],
  );
}

const cubic = (t) => [
  ((-0.5 * t + 1) * t - 0.5) * t,
  (1.5 * t - 2.5) * t * t + 1,
  ((-1.5 * t + 2) * t + 0.5) * t,
  (0.5 * t - 0.5) * t * t,
];

/** `picture` seen through `map` (from its pixels to those of the result), Catmull–Rom; dark outside. */
export function photograph(picture, map, { width, height }) {
  const { channels, data, width: w, height: h } = picture;
  const back = invert(map);
  const out = new Uint8Array(width * height * channels).fill(24);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [px, py] = mapPoint(back, x, y);
      const x0 = Math.floor(px);
      const y0 = Math.floor(py);
      if (x0 < 1 || y0 < 1 || x0 >= w - 2 || y0 >= h - 2) continue;
      const cx = cubic(px - x0);
      const cy = cubic(py - y0);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = 0; j < 4; j++)
          for (let i = 0; i < 4; i++)
            sum += cy[j] * cx[i] * data[((y0 + j - 1) * w + x0 + i - 1) * channels + c];
        out[(y * width + x) * channels + c] = Math.max(0, Math.min(255, Math.round(sum)));
      }
    }
  return { width, height, channels, data: out };
}

/** Gamma, inversion, light that falls off to one side and to the corners, white noise, in that order. */
export function develop(
  picture,
  { gamma = 1, invert: inverted = false, slope = 0, vignette = 0, noise = 0 },
  seed,
) {
  const { width, height, channels, data } = picture;
  const random = numbers(seed);
  const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-9)) * Math.cos(2 * Math.PI * random());
  const table = Float64Array.from({ length: 256 }, (_, v) => ((inverted ? 255 - v : v) / 255) ** gamma * 255);
  const out = new Uint8Array(data.length);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = x / width - 0.5;
      const v = y / height - 0.5;
      const light = 1 + slope * u - vignette * 2 * (u * u + v * v);
      for (let c = 0; c < channels; c++, i++)
        out[i] = Math.max(0, Math.min(255, Math.round(table[data[i]] * light + noise * normal())));
    }
  return { ...picture, data: out };
}

/** Paints rectangles of the board's mean grey over parts of the picture: missing parts. */
export function lose(picture, count, seed) {
  const { width, height, channels } = picture;
  const data = picture.data.slice();
  const random = numbers(seed);
  for (let k = 0; k < count; k++) {
    const w = Math.round(width * (0.02 + 0.06 * random()));
    const h = Math.round(height * (0.02 + 0.06 * random()));
    const left = Math.floor(random() * (width - w));
    const top = Math.floor(random() * (height - h));
    const shade = 30 + 120 * random();
    for (let y = top; y < top + h; y++)
      data.fill(shade, (y * width + left) * channels, (y * width + left + w) * channels);
  }
  return { ...picture, data };
}

/** Mean and largest distance between two maps over a 9 × 9 grid on the moving picture, pixels of the photo. */
export function gridError(found, truth, { width, height }) {
  let sum = 0;
  let most = 0;
  for (let j = 0; j < 9; j++)
    for (let i = 0; i < 9; i++) {
      const x = ((i + 0.5) / 9) * width;
      const y = ((j + 0.5) / 9) * height;
      const [ax, ay] = mapPoint(found, x, y);
      const [bx, by] = mapPoint(truth, x, y);
      const d = Math.hypot(ax - bx, ay - by);
      sum += d / 81;
      most = Math.max(most, d);
    }
  return { mean: sum, most };
}
