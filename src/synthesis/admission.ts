import {
  area,
  type Box,
  boundsOf,
  correlation,
  cropMask,
  cropPlane,
  grey,
  type Mask,
  noiseSigma,
  overlap,
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
