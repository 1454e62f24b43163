import { PythonRandom } from "../../kit/python-random.js";
import { type Box, boundsOf, cropMask, type Mask, resizeNearest } from "../../vision/index.js";
import { type Alignment, targetIn } from "./alignment.js";
import { drawChange } from "./augment.js";
import {
  ALL_DYNAMIC,
  type Augmentation,
  DEFAULT_AUGMENTATION,
  type Dynamic,
  strictly,
} from "./parameters.js";
import { withRanges } from "./ranges.js";
import type { Levels, Region } from "./regions.js";
import { renderChange } from "./render.js";

export type PlaceOptions = Readonly<{
  /** The shape. Where its size is not that of the image it is stretched to it. */
  submask: Mask;
  regions: readonly Region[];
  /** Shapes to place; more than there are regions fill each once and some again. */
  instances: number;
  /** Seed of Python's generator: an integer. */
  seed: number;
  augmentation?: Augmentation;
  dynamic?: Dynamic;
  /** Point of the region (default `random`) and of the shape (default: the same). */
  on?: Alignment;
  by?: Alignment;
  strict?: boolean;
  /** Draws per shape before it is given up (default 10). */
  retries?: number;
}>;

export type Placed = Readonly<{
  /** All shapes together: white where they lie, grey where their region is. */
  levels: Levels;
  /** How many of the shapes left a pixel. */
  placed: number;
}>;

/**
 * Places a shape into regions of an image (contract 5.4), draw for draw as the contract says. All regions have the
 * size of the image; there is at least one.
 */
export function placeInstances(o: PlaceOptions): Placed {
  const { width, height } = (o.regions[0] as Region).levels;
  const random = new PythonRandom(o.seed);
  const on = o.on ?? "random";
  const by = o.by ?? on;
  const strict = o.strict ?? false;
  const base = o.augmentation ?? DEFAULT_AUGMENTATION;
  const augmentation = strict ? strictly(base, on) : base;
  const shape = cutToBox(stretched(o.submask, width, height));
  const data = new Uint8Array(width * height);
  let placed = 0;
  for (const index of pickRegions(random, o.instances, o.regions.length)) {
    const region = o.regions[index] as Region;
    const ranged = withRanges(augmentation, o.dynamic ?? ALL_DYNAMIC, { region: region.box, shape, on, by });
    for (let attempt = 0; attempt < (o.retries ?? 10); attempt++) {
      const change = drawChange(random, shape, ranged, { by, strict });
      // Without a region there is no target to draw, and nothing to see either.
      if (!region.box) continue;
      const target = targetIn(on, region.box, random);
      const x = target.x - change.fixed.x;
      const y = target.y - change.fixed.y;
      if (paint(data, region, shape, change, { x, y })) {
        placed++;
        break;
      }
    }
  }
  return { levels: { width, height, data }, placed };
}

function pickRegions(random: PythonRandom, wanted: number, available: number): readonly number[] {
  const all = Array.from({ length: available }, (_, i) => i);
  if (wanted <= available) return random.sample(all, wanted);
  return [...all, ...Array.from({ length: wanted - available }, () => random.randint(0, available - 1))];
}

/** Adds the shape where image and region let it; false when nothing of it can be seen. */
function paint(
  data: Uint8Array,
  { levels }: Region,
  shape: Mask,
  change: ReturnType<typeof drawChange>,
  at: Readonly<{ x: number; y: number }>,
): boolean {
  const x = Math.max(0, at.x);
  const y = Math.max(0, at.y);
  const box: Box = {
    x: x - at.x,
    y: y - at.y,
    width: Math.min(levels.width, at.x + change.width) - x,
    height: Math.min(levels.height, at.y + change.height) - y,
  };
  if (box.width <= 0 || box.height <= 0) return false;
  const seen = renderChange(shape, change, box);
  let visible = false;
  for (let v = 0, s = 0; v < box.height; v++)
    for (let u = 0, i = (y + v) * levels.width + x; u < box.width; u++, i++, s++)
      if (seen.data[s] && levels.data[i] > 127) visible = true;
  if (!visible) return false;
  for (let v = 0, s = 0; v < box.height; v++)
    for (let u = 0, i = (y + v) * levels.width + x; u < box.width; u++, i++, s++)
      if (seen.data[s]) data[i] |= levels.data[i];
  return true;
}

function stretched(m: Mask, width: number, height: number): Mask {
  return m.width === width && m.height === height ? m : resizeNearest(m, width, height);
}

/** Cut to its bounding box; an empty shape stays as it is. */
function cutToBox(m: Mask): Mask {
  const box = boundsOf(m);
  return box ? cropMask(m, box) : m;
}
