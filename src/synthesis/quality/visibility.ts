import type { Pixels } from "../../kit/images.js";
import {
  type Box,
  boundsOf,
  boxBlur,
  channel,
  cropMask,
  cropPlane,
  gaussianBlur,
  type Mask,
  type Plane,
  quantile,
} from "../../vision/index.js";

/** How far a painted defect stands out, and whether it does; levels of 0 to 255. */
export type Visibility = Readonly<{ contrast: number; noise: number; visible: boolean }>;

/**
 * Waves that an eye sees best, as the standard deviations, in pixels, of a difference of Gaussians: grain joins into spots,
 * slow shading is not noticed at all (contrast sensitivity falls to both sides of about four periods a degree: Campbell and
 * Robson 1968; a pixel at a screen is about a minute of arc).
 */
const EYE = { fine: 1.5, wide: 12 } as const;
/** The clearest spots decide: this share of the region, at most so many pixels (a large defect is found by its border). */
const CLEAREST = { share: 0.1, most: 60 } as const;
/** Least change that is seen on a calm surface: some 2 % of the range. */
const LEAST = 6;
/** Standard deviations of the texture that a change must reach: what one place in twenty of the clean surface does. */
const SIGMAS = 2;
/** From here on a change is clear on any texture. */
const CLEAR = 25;
/** Surroundings whose texture counts: as wide as the defect, within these bounds in pixels. */
const AROUND = [12, 48] as const;

/**
 * Whether a change shows to a person: within the waves that the eye sees, the clearest spots of the region must differ from
 * the clean picture by two standard deviations of the clean texture there and around. The spread is robust (median
 * deviation), so that an edge nearby is no texture. Repainted grain, moved stripes and shading without a border do not show.
 */
export function visibility(before: Pixels, after: Pixels, region: Mask): Visibility {
  const box = boundsOf(region);
  let best: Visibility = { contrast: 0, noise: 0, visible: false };
  if (!box) return best;
  const reach = Math.max(AROUND[0], Math.min(AROUND[1], Math.max(box.width, box.height)));
  const near = around(box, reach, before);
  const looked = around(near, 3 * EYE.wide, before);
  const inside = cropMask(region, looked);
  let clearest = Number.NEGATIVE_INFINITY;
  // The channel that shows most decides: blue solder is hardly seen in grey.
  for (let c = 0; c < before.channels; c++) {
    const clean = cropPlane(channel(before, c), looked);
    const made = cropPlane(channel(after, c), looked);
    const change = seen({
      ...clean,
      data: clean.data.map((v, i) => (inside.data[i] ? made.data[i]! - v : 0)),
    });
    const contrast = clearestOf(change, inside);
    const noise = spread(cropPlane(seen(clean), { ...near, x: near.x - looked.x, y: near.y - looked.y }));
    const needed = Math.max(LEAST, Math.min(CLEAR, SIGMAS * noise));
    if (contrast / needed <= clearest) continue;
    clearest = contrast / needed;
    best = { contrast: round(contrast), noise: round(noise), visible: contrast >= needed };
  }
  return best;
}

function seen(p: Plane): Plane {
  // Three boxes are a Gaussian of that width to a few percent, at a fraction of its cost.
  const radius = Math.round((Math.sqrt(4 * EYE.wide ** 2 + 1) - 1) / 2);
  const wide = boxBlur(boxBlur(boxBlur(p, radius), radius), radius);
  const fine = gaussianBlur(p, EYE.fine);
  return { ...p, data: fine.data.map((v, i) => v - wide.data[i]!) };
}

function clearestOf(change: Plane, region: Mask): number {
  const values: number[] = [];
  for (let i = 0; i < region.data.length; i++) if (region.data[i]) values.push(Math.abs(change.data[i]!));
  values.sort((a, b) => b - a);
  const k = Math.round(Math.min(CLEAREST.share * values.length, CLEAREST.most));
  return values[Math.min(values.length - 1, Math.max(0, k - 1))] ?? 0;
}

/** Standard deviation by the median deviation: 1.4826 of it, as for a normal distribution. */
function spread({ data }: Plane): number {
  const middle = quantile([...data], 0.5);
  return (
    1.4826 *
    quantile(
      Array.from(data, (v) => Math.abs(v - middle)),
      0.5,
    )
  );
}

function around(box: Box, by: number, image: Readonly<{ width: number; height: number }>): Box {
  const x = Math.max(0, box.x - by);
  const y = Math.max(0, box.y - by);
  return {
    x,
    y,
    width: Math.min(image.width, box.x + box.width + by) - x,
    height: Math.min(image.height, box.y + box.height + by) - y,
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
