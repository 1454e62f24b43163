import type { Random } from "../kit/random.js";
import { erode, gaussianBlur, grey, type Mask, type Plane, plane, threshold } from "../vision/index.js";
import type { Exemplar, Flip, TwoTone } from "./types.js";

/** Exemplars that are asked at most, and the share of leftovers above which they are no speckle any more. */
const MOST = 12;
const MOST_SHARE = 0.3;

/**
 * Real changes of material are not clean: some pixels inside stay what they were. Takes as many out of a region as
 * the exemplars of the same direction show, in specks of a pixel or two, never on its border: a cut stays a cut.
 */
export function speckled(
  region: Mask,
  flip: Flip,
  exemplars: readonly Exemplar[],
  tone: TwoTone,
  random: Random,
): Mask {
  const shares = exemplars
    .filter((e) => e.textured && e.flip?.toLight === flip.toLight)
    .slice(0, MOST)
    .map((e) => leftover(e, flip, tone));
  if (shares.length === 0) return region;
  const share = Math.min(MOST_SHARE, random.pick(shares));
  const inner = erode(region, 1);
  const noise = specks(region.width, region.height, random);
  const values: number[] = [];
  for (let i = 0; i < inner.data.length; i++) if (inner.data[i]) values.push(noise.data[i]);
  const out = Math.floor(share * values.length);
  if (out < 1) return region;
  const level = values.sort((a, b) => b - a)[out - 1];
  return { ...region, data: region.data.map((v, i) => (inner.data[i] && noise.data[i] >= level ? 0 : v)) };
}

/** Share of the inner pixels of an exemplar that did not turn. */
function leftover(e: Exemplar, flip: Flip, tone: TwoTone): number {
  const inner = erode(e.mask, 1);
  const light = threshold(grey(e.test[0]), tone.level);
  let all = 0;
  let left = 0;
  for (let i = 0; i < inner.data.length; i++)
    if (inner.data[i]) {
      all++;
      if ((light.data[i] === 1) !== flip.toLight) left++;
    }
  return all < 8 ? 0 : left / all;
}

function specks(width: number, height: number, random: Random): Plane {
  const noise = plane(width, height);
  for (let i = 0; i < noise.data.length; i++) noise.data[i] = random.normal();
  return gaussianBlur(noise, 0.7);
}
