import type { Random } from "../../kit/random.js";
import { climb } from "./climb.js";
import { COARSE_BINS, coarseSearch } from "./coarse.js";
import { type Frame, frameOf, modelMap, parametersOf } from "./frame.js";
import { type InformationMeter, informationMeter } from "./mutual-information.js";
import { binMoving, type Level, pyramid, smooth } from "./pyramid.js";
import type { Range } from "./ranges.js";
import { drawSamples } from "./samples.js";
import type { Fixed, Matrix3, Model, Moving } from "./types.js";

/** Grey bins of a moving picture without classes, above the coarse search. */
export const MOVING_BINS = 32;

/** Longest side of the coarsest level is at most this. */
const COARSEST = 100;

/** More levels than that would leave nothing of the shorter side. */
const SHORTEST = 24;

/** Places kept after the coarse search, and after each level of hill climbing, with samples of each. */
const COARSE = { most: 40, step: 2, count: 1500 };

/** A search that starts at a finer level has many more shifts to try: fewer samples, wider steps. */
const FINER = { most: 40, step: 2.5, count: 1000 };

/**
 * Hill climbing in heats: a few steps from every place, which already part false summits from true ones, then to the
 * top from fewer, at the same level or one finer. At most `keep` places start, and of those only the ones with more than
 * `part` of the best one's information: often one place is left, on a regular pitch many.
 */
const HEATS = [
  { keep: 40, part: 0.5, count: 1500, steps: 4, down: 0 },
  { keep: 14, part: 0.6, count: 3000, steps: 20, down: 0 },
  { keep: 8, part: 0.75, count: 6000, steps: 20, down: 1 },
  { keep: 3, part: 0.85, count: 12_000, steps: 20, down: 1 },
];

/** Places nearer to each other than this have climbed the same hill, pixels of the level. */
const SAME = 0.5;

/** The two pictures at every level, full size first, and once more at full size with the edge taken off. */
export type Prepared = Readonly<{
  moving: Moving;
  fixed: Fixed;
  frame: Frame;
  mine: readonly Level[];
  photo: readonly Level[];
  smoothMine: Level;
  smoothPhoto: Level;
}>;

export function prepare(moving: Moving, fixed: Fixed): Prepared {
  const depth = ({ width, height }: { width: number; height: number }) =>
    Math.max(
      0,
      Math.min(
        Math.ceil(Math.log2(Math.max(width, height) / COARSEST)),
        Math.floor(Math.log2(Math.min(width, height) / SHORTEST)),
      ),
    );
  const mine = pyramid(moving, depth(moving));
  const photo = pyramid(fixed, depth(fixed));
  return {
    moving,
    fixed,
    frame: frameOf(moving, fixed),
    mine,
    photo,
    smoothMine: smooth(mine[0]!),
    smoothPhoto: smooth(photo[0]!),
  };
}

/** The photo's level whose pixels are about as large as those of the moving picture's `level` under a scale. */
export function photoLevel(photo: readonly Level[], level: number, scale: number): number {
  return Math.max(0, Math.min(photo.length - 1, level + Math.round(Math.log2(scale))));
}

/**
 * The best place of the ranges, as a map of the frame: a grid of turns, scales and shifts at the coarsest level, then
 * hill climbing from its best places, fewer at each finer level. Undefined where no place has enough overlap.
 */
export function searchPlace(
  p: Prepared,
  ranges: readonly Range[],
  random: Random,
): { map: Matrix3; level: number } | undefined {
  const { mine, photo, frame } = p;
  const top = Math.max(0, mine.length - 1 - (ranges[0]?.finer ?? 0));
  const isotropic = ranges.every((r) => r.isotropic);
  const model: Model = isotropic ? "similarity" : "two-scale";
  const plan = top === mine.length - 1 ? COARSE : FINER;
  const coarse = levelSamples(p, mine[top]!, COARSE_BINS, plan.count, random);
  let places = ranges
    .flatMap((range) => {
      const scale = Math.sqrt(middle(range.scaleX) * middle(range.scaleY));
      const level = photo[photoLevel(photo, top, scale)]!;
      return coarseSearch(coarse.samples, coarse.bins, level, frame, range, plan).map((start) => ({
        scale,
        at: parametersOf(model, start.map, frame.radius),
        value: start.value,
      }));
    })
    .sort((a, b) => b.value - a.value);
  if (places.length === 0) return undefined;
  let level = top;
  for (const { keep, part, count, steps, down } of HEATS) {
    if (down > level) break;
    level -= down;
    const { samples, bins } = levelSamples(p, mine[level]!, MOVING_BINS, count, random);
    const meters = new Map<number, InformationMeter>();
    places = places
      .filter((place, i) => i < keep && place.value >= part * places[0]!.value)
      .map((place) => {
        const there = photoLevel(photo, level, place.scale);
        if (!meters.has(there)) meters.set(there, informationMeter(samples, bins, photo[there]!, frame));
        const unit = photo[there]!.factor;
        const top = climb(meters.get(there)!, model, place.at, frame.radius, unit, {
          steps,
          tolerance: 0.05,
        });
        // Times coverage, as contract 4.3 has it: a pitch further off there is less to disagree.
        return { ...place, at: top.at, value: Math.max(0, top.value) * top.inside };
      })
      .sort((a, b) => b.value - a.value);
    const near = SAME * mine[level]!.factor;
    places = places.filter(
      (p, i) => !places.slice(0, i).some((q) => Math.hypot(...p.at.map((v, k) => v - q.at[k]!)) < near),
    );
  }
  return { map: modelMap(model, places[0]!.at, frame.radius).map, level };
}

/** Samples of one level; the same ones for the same level and number. */
export function levelSamples(
  { moving, frame }: Prepared,
  level: Level,
  bins: number,
  count: number,
  random: Random,
) {
  const binned = binMoving(moving, level, bins);
  return {
    bins: binned.bins,
    samples: drawSamples(binned, frame, count, random.fork("level", level.factor, count)),
  };
}

function middle([a, b]: readonly [number, number]): number {
  return Math.sqrt(a * b);
}
