import { area, type Mask } from "../../vision/index.js";
import { type Placed, placeInstances } from "../engine/place.js";
import type { Levels, Region } from "../engine/regions.js";

/** Seeds that each placement may try before a small result is taken. */
export const AREA_ATTEMPTS = 10;

/** Draws per attempt. */
const RETRIES = 15;

/** How one placement ended: large enough, visible but small, or not at all. */
export type FreePlaced = Readonly<{ status: "OK" | "SMALL" | "FAILED"; levels?: Levels }>;

/**
 * Places a shape once in one region (the whole image, or what a prompt named): the first of up to ten draws of which
 * more than half the shape's own area is left (contract 5.7). `seed` is the first of their seeds.
 * Draws of more than `most` pixels do not count.
 */
export function placeFreely(
  submask: Mask,
  region: Region,
  seed: number,
  most = Number.POSITIVE_INFINITY,
): FreePlaced {
  const enough = Math.trunc(area(submask) * 0.5);
  let last: Placed | undefined;
  for (let attempt = 0; attempt < AREA_ATTEMPTS; attempt++) {
    const drawn = placeInstances({
      submask,
      regions: [region],
      instances: 1,
      seed: seed + attempt,
      retries: RETRIES,
    });
    const size = levelArea(drawn.levels);
    if (size > most) continue;
    if (size > enough) return { status: "OK", levels: drawn.levels };
    last = drawn;
  }
  return last && levelArea(last.levels) > 0 ? { status: "SMALL", levels: last.levels } : { status: "FAILED" };
}

/** Sum of the levels in units of white. */
export function levelArea(levels: Levels): number {
  let sum = 0;
  for (const v of levels.data) sum += v;
  return Math.floor(sum / 255);
}
