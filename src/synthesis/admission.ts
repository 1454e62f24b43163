import type { Pixels } from "../kit/images.js";
import {
  area,
  type Box,
  boundsOf,
  channel,
  correlation,
  cropMask,
  cropPlane,
  dilate,
  gaussianBlur,
  grey,
  type Mask,
  noiseSigma,
  overlap,
  quantile,
  robustSigma,
  subtract,
  tolerantDifference,
} from "../vision/index.js";
import type { Admission, Exemplar, Lightings } from "./types.js";

/** Fewest changed pixels that count as a defect. */
const LEAST_AREA = 6;
/** Correlation with the exemplar's own picture from which on a synthetic crop counts as its copy. */
const COPY = 0.985;

/** What admission measures on a candidate before the model has a say. */
export type Measured = Pick<Admission, "contrast" | "noise" | "likeness"> & {
  reason?: "invisible" | "too_small" | "copy_of_exemplar";
};

/**
 * Measures a candidate. Visible: some pixels differ from everything within one pixel of the clean crop by four
 * times the noise and at least 10 levels (a shadow of misalignment does not). Not a copy: the drawn box does not
 * correlate with the exemplar's picture as two prints of one negative do.
 */
export function measure(
  before: Lightings,
  after: Lightings,
  region: Mask,
  exemplar: Exemplar | undefined,
): Measured {
  let contrast = 0;
  let noise = 0;
  let seen = 0;
  const box = boundsOf(region);
  if (!box) return { contrast, noise, likeness: 0, reason: "too_small" };
  const near: Box = { x: box.x - 2, y: box.y - 2, width: box.width + 4, height: box.height + 4 };
  const inside = cropMask(region, near);
  before.forEach((image, k) => {
    const whole = grey(image);
    const sigma = noiseSigma(whole);
    const clean = cropPlane(whole, near);
    const drawn = cropPlane(grey(after[k]), near);
    const level = Math.max(10, 4 * sigma);
    const difference = tolerantDifference(drawn, clean, 1);
    let sum = 0;
    let n = 0;
    let above = 0;
    for (let i = 0; i < inside.data.length; i++) {
      if (!inside.data[i]) continue;
      sum += Math.abs(drawn.data[i] - clean.data[i]);
      n++;
      if (difference.data[i] > level) above++;
    }
    if (n > 0 && sum / n > contrast) {
      contrast = sum / n;
      noise = sigma;
    }
    seen = Math.max(seen, above);
  });
  const likeness = exemplar?.textured ? likenessTo(after, region, exemplar) : 0;
  const rounded = { contrast: round(contrast), noise: round(noise), likeness: round(likeness) };
  if (area(region) < LEAST_AREA) return { ...rounded, reason: "too_small" };
  if (seen < 3) return { ...rounded, reason: "invisible" };
  if (likeness > COPY) return { ...rounded, reason: "copy_of_exemplar" };
  return rounded;
}

/** How far a painted defect stands out, and whether it does; levels of 0 to 255. */
export type Visibility = Readonly<{ contrast: number; noise: number; visible: boolean }>;

/** Detail that an eye joins into one spot, pixels; and slow changes of light, which are no texture. */
const SPOT = 1.5;
const SLOW = 6;
/** Least change of level that anyone sees, however calm the picture is. */
const LEAST_CONTRAST = 4;

/**
 * Whether a change shows: the clearest tenth of the region's spots must differ from the clean picture by more than
 * the clean surface around differs from itself. Repainted grain alone does not: it averages out over a spot.
 */
export function visibility(before: Pixels, after: Pixels, region: Mask): Visibility {
  const box = boundsOf(region);
  if (!box) return { contrast: 0, noise: 0, visible: false };
  const near: Box = { x: box.x - 24, y: box.y - 24, width: box.width + 48, height: box.height + 48 };
  const inside = cropMask(region, near);
  const here: number[] = [];
  const apart: number[] = [];
  const around = subtract(dilate(inside, 20), dilate(inside, 3));
  for (let c = 0; c < before.channels; c++) {
    const clean = cropPlane(channel(before, c), near);
    const made = cropPlane(channel(after, c), near);
    const change = gaussianBlur({ ...clean, data: made.data.map((v, i) => v - clean.data[i]) }, SPOT);
    const [fine, slow] = [gaussianBlur(clean, SPOT), gaussianBlur(clean, SLOW)];
    const values: number[] = [];
    const ground: number[] = [];
    for (let i = 0; i < inside.data.length; i++) {
      if (inside.data[i]) values.push(Math.abs(change.data[i]));
      if (around.data[i]) ground.push(fine.data[i] - slow.data[i]);
    }
    here.push(quantile(values, 0.9));
    apart.push(ground.length < 20 ? 0 : robustSigma(ground));
  }
  // The channel that shows most decides: blue solder is hardly seen in grey.
  const best = here.reduce((a, v, c) => (v - apart[c] > here[a] - apart[a] ? c : a), 0);
  const [contrast, noise] = [here[best] ?? 0, apart[best] ?? 0];
  return {
    contrast: round(contrast),
    noise: round(noise),
    visible: contrast >= Math.max(LEAST_CONTRAST, 1.5 * noise),
  };
}

function likenessTo(after: Lightings, region: Mask, e: Exemplar): number {
  const box = boundsOf(region);
  const own = boundsOf(e.mask);
  if (!box || !own) return 0;
  const picture = grey(e.test[0]);
  const grown = {
    x: box.x + Math.round(box.width / 2 - own.width / 2) - own.x,
    y: box.y + Math.round(box.height / 2 - own.height / 2) - own.y,
    width: picture.width,
    height: picture.height,
  };
  return correlation(cropPlane(grey(after[0]), grown), picture);
}

/** Whether two defects drawn on one crop are the same for training. */
export function sameDefect(a: Mask, b: Mask): boolean {
  return a.width === b.width && a.height === b.height && overlap(a, b) > 0.6;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
