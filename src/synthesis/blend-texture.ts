import type { Random } from "../kit/random.js";
import {
  type Box,
  boundsOf,
  centroid,
  channel,
  channelsOf,
  clampByte,
  cropMask,
  cropPlane,
  dilate,
  gaussianBlur,
  grey,
  intersect,
  type Mask,
  noiseSigma,
  type Plane,
  placing,
  plane,
  seamlessClone,
  softEdge,
  subtract,
  warpMask,
  warpPlane,
} from "../vision/index.js";
import { compose } from "./blend-flip.js";
import type { Variation } from "./shape.js";
import type { Exemplar, Lightings, Point } from "./types.js";

/** Clean surface around the mask that is taken along, so that the seam runs over sound material. */
const RIM = 5;

/**
 * Transplants the picture of an exemplar, in every lighting: its gradients inside the enlarged mask, the values of
 * the crop on the border (Poisson), contrast scaled to the local light and by `strength`, and noise added back where enlarging
 * has smoothed it away.
 */
export function blendTexture(
  images: Lightings,
  e: Exemplar,
  at: Point,
  v: Variation,
  random: Random,
  strength = 1,
): { images: Lightings; region: Mask; touched: Mask } | undefined {
  const { width, height } = images[0];
  const from = centroid(e.mask);
  const map = placing(from, at, v.angle, v.scaleX, v.scaleY);
  const region = warpMask(e.mask, map, width, height);
  const rim = RIM * Math.min(1, Math.abs(v.scaleX));
  const touched = inner(dilate(region, rim), width, height);
  const bounds = boundsOf(touched);
  if (!bounds) return undefined;
  const box: Box = {
    x: bounds.x - 2,
    y: bounds.y - 2,
    width: bounds.width + 4,
    height: bounds.height + 4,
  };
  const inside = cropMask(touched, box);
  const ring = subtract(dilate(inside, 2), inside);
  const [a, b, c, d, f, g] = map;
  const local = [a, b, c + a * box.x + b * box.y, d, f, g + d * box.x + f * box.y] as const;
  return {
    region: intersect(region, touched),
    touched,
    images: images.map((image, k) => {
      const picture = e.test[Math.min(k, e.test.length - 1)];
      const data = Uint8Array.from(image.data);
      const taken = (p: Plane): Plane => warpPlane(p, local, box.width, box.height);
      const light = ratio(cropPlane(grey(image), box), taken(grey(picture)), ring);
      const overall = Math.max(0.6, Math.min(1.6, light));
      channelsOf(image).forEach((p, ch) => {
        const source = taken(channel(picture, Math.min(ch, picture.channels - 1)));
        const target = cropPlane(p, box);
        // Hue follows the ground: a neutral shadow on warm metal must not turn blue on white metal.
        const tint = Math.max(0.5, Math.min(2, ratio(target, source, ring) / light));
        const gain = overall * tint * strength;
        for (let i = 0; i < source.data.length; i++) source.data[i] *= gain;
        const missing = Math.sqrt(Math.max(0, noiseSigma(target) ** 2 - noiseSigma(source) ** 2));
        const cloned = seamlessClone(target, source, inside);
        const grain = random.fork("grain", k, ch);
        for (let y = 0; y < box.height; y++)
          for (let x = 0; x < box.width; x++) {
            if (!inside.data[y * box.width + x]) continue;
            const value = cloned.data[y * box.width + x] + (missing > 0.3 ? missing * grain.normal() : 0);
            data[((box.y + y) * width + box.x + x) * image.channels + ch] = clampByte(value);
          }
      });
      return { ...image, data };
    }),
  };
}

/**
 * A mask without a picture: darkens or lightens the place against its surroundings, with a rough inside and soft
 * edges. The plainest defect there is; used only when a dataset folder gives masks and nothing else.
 */
export function blendShape(
  images: Lightings,
  region: Mask,
  random: Random,
): { images: Lightings; touched: Mask } {
  const touched = dilate(region, 2);
  const soft = softEdge(region, 0.8);
  const sign = random.chance(0.7) ? -1 : 1;
  const strength = random.range(0.25, 0.55);
  const noise = plane(region.width, region.height);
  for (let i = 0; i < noise.data.length; i++) noise.data[i] = random.normal();
  const rough = gaussianBlur(noise, 1.2);
  return {
    touched,
    images: images.map((image) => {
      const fills = channelsOf(image).map((p): Plane => {
        const calm = gaussianBlur(p, 2);
        return {
          ...p,
          data: p.data.map((v, i) => {
            const room = sign < 0 ? Math.max(40, calm.data[i]) : Math.max(40, 255 - calm.data[i]);
            return v + sign * strength * room * (1 + 0.9 * rough.data[i]);
          }),
        };
      });
      return compose(image, fills, soft, touched);
    }),
  };
}

function ratio(target: Plane, source: Plane, ring: Mask): number {
  let t = 0;
  let s = 0;
  for (let i = 0; i < ring.data.length; i++)
    if (ring.data[i]) {
      t += target.data[i];
      s += source.data[i];
    }
  return s < 1 ? 1 : t / s;
}

/** Leaves the outermost pixel of the image alone: the seam needs it. */
function inner(m: Mask, width: number, height: number): Mask {
  const data = Uint8Array.from(m.data);
  for (let x = 0; x < width; x++) {
    data[x] = 0;
    data[(height - 1) * width + x] = 0;
  }
  for (let y = 0; y < height; y++) {
    data[y * width] = 0;
    data[y * width + width - 1] = 0;
  }
  return { width, height, data };
}
