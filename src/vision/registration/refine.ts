import type { Random } from "../../kit/random.js";
import { climb } from "./climb.js";
import { modelMap, type Parameters, parametersOf } from "./frame.js";
import { informationMeter } from "./mutual-information.js";
import { polish } from "./polish.js";
import { binMoving, smooth } from "./pyramid.js";
import { levelSamples, MOVING_BINS, type Prepared, photoLevel } from "./search.js";
import { snap } from "./snap.js";
import type { Matrix3, Model } from "./types.js";

/** Samples of the finest levels, full size first; there no more than a quarter of the pixels, but at least so many. */
const FINE = [40_000, 30_000];
const LEAST = 12_000;

/** Samples where mutual information has the last word. */
const FINAL = 120_000;

/**
 * Part of the mutual information that the last step may lose: it must not leave the summit, but that summit lies a little
 * beside the truth, for labels because of shading, for printed edges because they wander.
 */
const LOSS = 0.06;

/**
 * Climbs from `start` with the whole model, level by level down to full size, then tries what is more exact from there:
 * least squares of greys, or of borders and edges for a label picture. It is kept where mutual information agrees that
 * this is the place.
 */
export function refine(
  p: Prepared,
  start: { map: Matrix3; level: number },
  model: Model,
  random: Random,
): { map: Matrix3; polished: boolean; uncertainty: number | undefined } {
  const { moving, frame, mine, photo } = p;
  const scale = Math.hypot(start.map[0], start.map[3]);
  const meterAt = (level: number, count: number) => {
    const there = photoLevel(photo, level, scale);
    const own = level === 0 ? p.smoothMine : mine[level]!;
    const { samples, bins } = levelSamples(p, own, MOVING_BINS, count, random);
    const seen = there === 0 ? p.smoothPhoto : photo[there]!;
    return { meter: informationMeter(samples, bins, seen, frame), seen };
  };
  let at = parametersOf(model, start.map, frame.radius);
  const quarter = Math.ceil((moving.width * moving.height) / 4);
  let last = meterAt(0, Math.min(FINE[0]!, Math.max(LEAST, quarter)));
  let value = -Infinity;
  for (let level = start.level; level >= 0; level--) {
    const { meter, seen } = level === 0 ? last : meterAt(level, FINE[level] ?? 20_000);
    const tolerance = level === 0 ? 0.01 : 0.03;
    ({ at, value } = climb(meter, model, at, frame.radius, seen.factor, { tolerance }));
  }
  const mapOf = (q: Parameters): Matrix3 => modelMap(model, q, frame.radius).map;
  const seen = smooth(last.seen);
  const better = moving.classes
    ? snap(binMoving(moving, mine[0]!, 0), seen, frame, model, at, random.fork("snap"))
    : polishGrey();
  if (better && last.meter.valueAt(mapOf(better.at)) >= value * (1 - LOSS))
    return { map: mapOf(better.at), polished: true, uncertainty: better.uncertainty };
  last = meterAt(0, FINAL);
  const fine = climb(last.meter, model, at, frame.radius, last.seen.factor, { tolerance: 0.003 });
  return { map: mapOf(fine.at), polished: false, uncertainty: undefined };

  function polishGrey() {
    const grey = smooth(p.smoothMine);
    const binned = binMoving(moving, grey, MOVING_BINS);
    return polish(binned, grey, seen, frame, model, at, random.fork("polish"));
  }
}
