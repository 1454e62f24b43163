import type { Pixels } from "../kit/images.js";
import type { Random } from "../kit/random.js";
import {
  boxBlur,
  channelsOf,
  clampByte,
  dilate,
  erode,
  invert,
  type Mask,
  noiseSigma,
  type Plane,
  plane,
  softEdge,
} from "../vision/index.js";
import type { Lightings, TwoTone } from "./types.js";

/** The pixels that blending may touch around a region; everything else stays bit for bit. */
export function enlarged(region: Mask, softness: number): Mask {
  return dilate(region, Math.ceil(2 * softness));
}

/**
 * Turns the material inside the region into the other one, in every lighting: local brightness and grain are
 * those of the other material nearby, edges are as soft as the picture's own.
 */
export function blendFlip(
  images: Lightings,
  region: Mask,
  material: Mask,
  toLight: boolean,
  tone: TwoTone,
  random: Random,
): { images: Lightings; touched: Mask } {
  const target = toLight ? material : invert(material);
  const touched = enlarged(region, tone.edge);
  const soft = softEdge(region, tone.edge);
  const core = erode(target, 2);
  const donors = donorPixels(core);
  const jump = { x: random.int(31) - 15, y: random.int(31) - 15 };
  return {
    touched,
    images: images.map((image, k) => {
      const planes = channelsOf(image);
      const fills = planes.map((p, c) => {
        const otherwise = (toLight ? tone.light : tone.dark)[c] ?? (toLight ? 255 : 0);
        return fill(p, target, core, donors, jump, otherwise, random.fork("grain", k, c));
      });
      return compose(image, fills, soft, touched);
    }),
  };
}

/** What one channel would show if the other material were everywhere: its local mean plus borrowed grain. */
function fill(
  p: Plane,
  target: Mask,
  core: Mask,
  donors: Int32Array,
  jump: { x: number; y: number },
  otherwise: number,
  random: Random,
): Plane {
  const { width, height } = p;
  const mean = localMean(p, donors.length > 20 ? core : target, otherwise);
  const sigma = donors.length > 20 ? 0 : noiseSigma(p);
  const out = plane(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      let grain = sigma > 0 ? sigma * random.normal() : 0;
      if (donors.length > 20) {
        const u = x + jump.x;
        const v = y + jump.y;
        const inside = u >= 0 && v >= 0 && u < width && v < height;
        const j = inside && core.data[v * width + u] ? v * width + u : donors[random.int(donors.length)];
        grain = p.data[j] - mean.data[j];
      }
      out.data[i] = mean.data[i] + grain;
    }
  return out;
}

function donorPixels(core: Mask): Int32Array {
  const found: number[] = [];
  for (let i = 0; i < core.data.length; i++) if (core.data[i]) found.push(i);
  return Int32Array.from(found);
}

/** Mean of the pixels of `where` in a wide window; the overall mean, else `otherwise`, where there are none. */
function localMean(p: Plane, where: Mask, otherwise: number): Plane {
  const radius = Math.max(4, Math.round(Math.min(p.width, p.height) / 8));
  const weight: Plane = { ...p, data: Float32Array.from(where.data) };
  let sum = 0;
  let n = 0;
  for (let i = 0; i < p.data.length; i++)
    if (where.data[i]) {
      sum += p.data[i];
      n++;
    }
  const overall = n > 0 ? sum / n : otherwise;
  const values = boxBlur({ ...p, data: p.data.map((v, i) => (where.data[i] ? v : 0)) }, radius);
  const weights = boxBlur(weight, radius);
  return {
    ...p,
    data: values.data.map((v, i) => {
      const w = weights.data[i];
      // A few pixels at the rim of the window say little: lean on the overall mean.
      return (v + 0.02 * overall) / (w + 0.02);
    }),
  };
}

/** Lays fills over an image by the soft mask, inside `touched` only. */
export function compose(image: Pixels, fills: readonly Plane[], soft: Plane, touched: Mask): Pixels {
  const data = Uint8Array.from(image.data);
  const { channels } = image;
  for (let i = 0; i < soft.data.length; i++) {
    if (!touched.data[i]) continue;
    const a = soft.data[i];
    for (let c = 0; c < channels; c++) {
      const j = i * channels + c;
      data[j] = clampByte(image.data[j] * (1 - a) + fills[c].data[i] * a);
    }
  }
  return { ...image, data };
}

/** Pixels in which two pictures differ at all, over all lightings. */
export function changedPixels(before: Lightings, after: Lightings): Mask {
  const [first] = before;
  const data = new Uint8Array(first.width * first.height);
  before.forEach((image, k) => {
    const other = after[k];
    for (let i = 0; i < data.length; i++)
      for (let c = 0; c < image.channels; c++)
        if (image.data[i * image.channels + c] !== other.data[i * image.channels + c]) data[i] = 1;
  });
  return { width: first.width, height: first.height, data };
}
