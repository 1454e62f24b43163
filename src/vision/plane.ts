import type { Pixels } from "../kit/images.js";

/** One channel of real numbers, row by row: `data.length = width · height`. Grey levels are 0 … 255. */
export type Plane = Readonly<{ width: number; height: number; data: Float32Array }>;

/** A whole-pixel box: left, top, width, height. */
export type Box = Readonly<{ x: number; y: number; width: number; height: number }>;

export function plane(width: number, height: number, fill = 0): Plane {
  const data = new Float32Array(width * height);
  if (fill !== 0) data.fill(fill);
  return { width, height, data };
}

/** Luma of Rec. 601, the grey that image libraries make; a grey image is passed through. */
export function grey(image: Pixels): Plane {
  const { width, height, channels, data } = image;
  const out = new Float32Array(width * height);
  if (channels === 1) out.set(data);
  else
    for (let i = 0, j = 0; i < out.length; i++, j += 3)
      out[i] = 0.299 * data[j] + 0.587 * data[j + 1] + 0.114 * data[j + 2];
  return { width, height, data: out };
}

/** One channel of interleaved pixels. */
export function channel(image: Pixels, index: number): Plane {
  const { width, height, channels, data } = image;
  const out = new Float32Array(width * height);
  for (let i = 0; i < out.length; i++) out[i] = data[i * channels + index];
  return { width, height, data: out };
}

/** All channels, in order. */
export function channelsOf(image: Pixels): Plane[] {
  return Array.from({ length: image.channels }, (_, c) => channel(image, c));
}

/** Rounds and clamps to 8 bits and interleaves. One plane gives a grey image, three give RGB. */
export function toPixels(planes: readonly Plane[]): Pixels {
  const [first] = planes;
  if (!first || (planes.length !== 1 && planes.length !== 3)) throw new RangeError("1 or 3 planes");
  const { width, height } = first;
  const channels = planes.length as 1 | 3;
  const data = new Uint8Array(width * height * channels);
  planes.forEach((p, c) => {
    for (let i = 0; i < p.data.length; i++) data[i * channels + c] = clampByte(p.data[i]);
  });
  return { width, height, channels, data };
}

export function clampByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
}

/** A grey image as three equal channels; RGB is passed through. */
export function asRgb(image: Pixels): Pixels {
  if (image.channels === 3) return image;
  const data = new Uint8Array(image.data.length * 3);
  for (let i = 0; i < image.data.length; i++) data.fill(image.data[i], i * 3, i * 3 + 3);
  return { width: image.width, height: image.height, channels: 3, data };
}

/** The part of `p` under `box`; pixels outside the image repeat its border. */
export function cropPlane(p: Plane, box: Box): Plane {
  const out = new Float32Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    const sy = clampIndex(box.y + y, p.height) * p.width;
    for (let x = 0; x < box.width; x++) out[y * box.width + x] = p.data[sy + clampIndex(box.x + x, p.width)];
  }
  return { width: box.width, height: box.height, data: out };
}

/** The part of `image` under `box`; pixels outside the image repeat its border. */
export function cropPixels(image: Pixels, box: Box): Pixels {
  const { channels } = image;
  const data = new Uint8Array(box.width * box.height * channels);
  for (let y = 0; y < box.height; y++)
    for (let x = 0; x < box.width; x++) {
      const from =
        (clampIndex(box.y + y, image.height) * image.width + clampIndex(box.x + x, image.width)) * channels;
      const to = (y * box.width + x) * channels;
      for (let c = 0; c < channels; c++) data[to + c] = image.data[from + c];
    }
  return { width: box.width, height: box.height, channels, data };
}

export function clampIndex(i: number, n: number): number {
  return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/** Bilinear sample with repeated borders; `x`, `y` are pixel centres. */
export function sample(p: Plane, x: number, y: number): number {
  const cx = Math.max(0, Math.min(p.width - 1, x));
  const cy = Math.max(0, Math.min(p.height - 1, y));
  const x0 = Math.floor(cx);
  const y0 = Math.floor(cy);
  const x1 = x0 + 1 < p.width ? x0 + 1 : x0;
  const y1 = y0 + 1 < p.height ? y0 + 1 : y0;
  const fx = cx - x0;
  const fy = cy - y0;
  const top = p.data[y0 * p.width + x0] * (1 - fx) + p.data[y0 * p.width + x1] * fx;
  const low = p.data[y1 * p.width + x0] * (1 - fx) + p.data[y1 * p.width + x1] * fx;
  return top * (1 - fy) + low * fy;
}
