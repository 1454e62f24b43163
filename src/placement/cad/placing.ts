import { NumpyRandom } from "../../kit/numpy-random.js";
import {
  area,
  boundsOf,
  type Component,
  componentsByBlock,
  cropMask,
  dilateBy,
  ellipseElement,
  erodeBy,
  type Mask,
  mask,
  resizeNearest,
} from "../../vision/index.js";
import type { Alignment } from "../engine/alignment.js";
import { type Augmentation, DEFAULT_AUGMENTATION } from "../engine/parameters.js";
import { placeInstances } from "../engine/place.js";
import { type Levels, type Region, regionOfMask } from "../engine/regions.js";
import type { Candidate } from "./candidate.js";
import type { CadDefect } from "./candidates.js";

/** Tries per place before the place itself is taken for the mask, and draws per try. */
const TRIES = 100;
const RETRIES = 5;

export type CadPlaced = Readonly<{
  status: "OK" | "PARTIAL" | "FAILED";
  requested: number;
  placed: number;
  /** Of these, places that were taken whole because no try fitted. */
  whole: number;
  /** All placed shapes together; undefined when there are none. */
  mask: Mask | undefined;
}>;

/**
 * Places one defect mask on a board (contract 5.7): draws how many of the candidates (unless `instances` says), which
 * ones, and on each a scaled shape until it fits. `groups` are the pad and solder groups that bridges join.
 */
export function placeOnBoard(o: {
  defect: CadDefect;
  candidates: readonly Candidate[];
  groups: readonly Component[];
  /** Not read for `missing`. */
  submask: Mask | undefined;
  seed: number;
  /** −1: drawn. */
  instances: number;
}): CadPlaced {
  const random = new NumpyRandom(o.seed);
  const all = o.candidates.length;
  const requested = o.instances === -1 ? random.randint(1, all + 1) : Math.min(o.instances, all);
  const { region } = o.candidates[0] as Candidate;
  const out = mask(region.width, region.height);
  let placed = 0;
  let whole = 0;
  for (const index of random.choice(all, requested, { replace: false })) {
    const candidate = o.candidates[index] as Candidate;
    const done =
      o.defect === "missing"
        ? { mask: candidate.region, whole: false }
        : fitted(o, candidate, o.seed + index * 100);
    if (!done) continue;
    placed++;
    if (done.whole) whole++;
    const { data } = done.mask;
    for (let i = 0; i < out.data.length; i++) out.data[i] |= data[i];
  }
  const any = area(out) > 0;
  return {
    status: !any ? "FAILED" : placed < requested ? "PARTIAL" : "OK",
    requested,
    placed: any ? placed : 0,
    whole,
    mask: any ? out : undefined,
  };
}

/** How shapes are fitted into a candidate, by defect. */
type Rule = Readonly<{
  scale: number;
  region: (own: Mask) => Region;
  augmentation: Augmentation;
  on: Alignment;
  accepts: (placed: Levels, clipped: Mask, c: Candidate, groups: readonly Component[]) => boolean;
  otherwise: (c: Candidate) => Mask;
}>;

const SOLDER: Rule = {
  scale: 0.8,
  region: regionOfMask,
  augmentation: DEFAULT_AUGMENTATION,
  on: "random",
  accepts: (_, clipped, c) => area(clipped) >= c.area * 0.5,
  otherwise: (c) => c.region,
};

const BRIDGE: Rule = {
  scale: 1,
  region: (own) => regionOfMask(dilateBy(own, ellipseElement(31), 2)),
  // Rotation and shear follow from the place all the same (contract 5.7): only the scale holds.
  augmentation: {
    ...DEFAULT_AUGMENTATION,
    rotation_range: [-180, 180],
    scale_x_range: [0.5, 2],
    scale_y_range: [0.5, 2],
    shear_x_range: [-20, 20],
    shear_y_range: [-20, 20],
  },
  on: "center",
  accepts: (placed, clipped, c, groups) => {
    const own = c.groups.map((i) => groups[i] as Component);
    const touched = (data: Uint8Array): number => own.filter((g) => g.pixels.some((i) => data[i])).length;
    return touched(placed.data) >= 2 && touched(clipped.data) >= 2 && isOnePart(clipped);
  },
  otherwise: (c) => {
    const own = c.region;
    const less = erodeBy(own, ellipseElement(3));
    return area(less) > 0 ? less : own;
  },
};

function fitted(
  o: { defect: CadDefect; submask: Mask | undefined; groups: readonly Component[] },
  candidate: Candidate,
  seed: number,
): { mask: Mask; whole: boolean } | undefined {
  const rule = o.defect === "bridge" ? BRIDGE : SOLDER;
  const own = candidate.region;
  const submask = o.submask && scaledTo(o.submask, candidate.area, own, rule.scale);
  if (!submask) return undefined;
  const random = new NumpyRandom(seed);
  const regions = [rule.region(own)];
  // A shape that scaling has wiped out never fits.
  for (let t = 0; t < TRIES && boundsOf(submask); t++) {
    const { levels, placed } = placeInstances({
      submask,
      regions,
      instances: 1,
      seed: random.randint(0, 100000),
      augmentation: rule.augmentation,
      on: rule.on,
      retries: RETRIES,
    });
    if (placed === 0) continue;
    const clipped = clippedTo(levels, own);
    if (area(clipped) > 0 && rule.accepts(levels, clipped, candidate, o.groups))
      return { mask: clipped, whole: false };
  }
  return { mask: rule.otherwise(candidate), whole: true };
}

/** The shape scaled so that its area is `factor²` of the candidate's, in the middle of an image of that size. */
function scaledTo(submask: Mask, wanted: number, region: Mask, factor: number): Mask | undefined {
  const box = boundsOf(submask);
  if (!box) return undefined;
  const cut = cropMask(submask, box);
  const scale = Math.sqrt(wanted / Math.max(area(cut), 1)) * factor;
  const width = Math.max(1, Math.trunc(box.width * scale));
  const height = Math.max(1, Math.trunc(box.height * scale));
  const scaled = resizeNearest(cut, width, height);
  const out = mask(region.width, region.height);
  const x = Math.max(0, Math.floor(region.width / 2) - Math.floor(width / 2));
  const y = Math.max(0, Math.floor(region.height / 2) - Math.floor(height / 2));
  for (let v = 0; v < Math.min(height, region.height - y); v++)
    out.data.set(
      scaled.data.subarray(v * width, v * width + Math.min(width, region.width - x)),
      (y + v) * region.width + x,
    );
  return out;
}

function clippedTo(levels: Levels, region: Mask): Mask {
  return { ...region, data: region.data.map((v, i) => (v && levels.data[i] ? 1 : 0)) };
}

function isOnePart(m: Mask): boolean {
  const box = boundsOf(m);
  return box !== undefined && componentsByBlock(cropMask(m, box)).length === 1;
}
