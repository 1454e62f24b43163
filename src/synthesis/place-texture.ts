import type { Random } from "../kit/random.js";
import { centroid, grey, type Mask, type Plane, placing, sample, warpMask } from "../vision/index.js";
import { clearOfBorder, MARGIN, type Placed } from "./place-flip.js";
import { drawVariation, type Variation } from "./shape.js";
import type { Exemplar, Lightings, Point, Recipe } from "./types.js";

/** Places and variations that are tried for one defect; the best-fitting few are drawn from. */
const CANDIDATES = 64;

type Candidate = Readonly<{ exemplar: number; variation: Variation; at: Point; cost: number }>;

/**
 * Finds where a defect's picture fits: the golden beneath the exemplar is compared with the crop at random
 * places and variations, and one of the best is taken. So a pit goes where the raceway runs as it did beneath the
 * pit, and a missing part where such a part sits. `legal` limits the centre; on a `place` where exemplars were seen
 * most defects go near one of them. Undefined when nothing fits.
 */
export function placeTexture(
  canvas: Lightings,
  recipe: Recipe,
  exemplars: readonly Exemplar[],
  random: Random,
  o: { legal?: Mask; place?: string } = {},
): (Placed & { exemplar: number; variation: Variation; cost: number; strength: number }) | undefined {
  const ground = grey(canvas[0]);
  const found: Candidate[] = [];
  const places = o.legal ? pixelsOf(o.legal) : undefined;
  const here = o.place === undefined ? [] : recipe.exemplars.filter((i) => exemplars[i].place === o.place);
  // Weak ones as well as strong ones: models miss the faint. Where places come back, real early ones are among the
  // exemplars, and what is weakened further is dirt to people.
  const strength = here.length > 0 ? random.range(0.85, 1.15) : random.range(0.6, 1.15);
  if (places && places.length === 0) return undefined;
  for (let k = 0; k < CANDIDATES; k++) {
    const exemplar = random.pick(recipe.exemplars);
    const e = exemplars[exemplar];
    const variation = here.length > 0 ? drawNearly(random) : drawTurn(random);
    const guide = here.length > 0 && random.chance(0.8) ? exemplars[random.pick(here)] : undefined;
    const at = guide ? nearby(guide, ground, random) : drawPlace(e, ground, random, places);
    if (!fits(e, variation, at, ground)) continue;
    found.push({ exemplar, variation, at, cost: e.textured ? misfit(e, variation, at, ground) : 0 });
  }
  found.sort((a, b) => a.cost - b.cost);
  for (const c of random.shuffle(found.slice(0, Math.max(2, found.length >> 3)))) {
    const e = exemplars[c.exemplar];
    const region = warpMask(
      e.mask,
      placing(centroid(e.mask), c.at, c.variation.angle, c.variation.scaleX, c.variation.scaleY),
      ground.width,
      ground.height,
    );
    if (clearOfBorder(region)) return { region, ...c, strength };
  }
  return undefined;
}

/** Mostly small turns (surfaces have a direction), sometimes mirrored or turned over, seldom free; any size. */
function drawTurn(random: Random): Variation {
  const v = drawVariation(random, random.chance(0.15) ? Math.PI : 0.25);
  const over = random.chance(0.3) ? Math.PI : 0;
  const mirror = random.chance(0.5) ? -1 : 1;
  // Defects grow: now and then one is shown at an early stage, which is what models miss.
  const stage = random.chance(0.3) ? random.range(0.4, 0.75) : 1;
  return {
    angle: v.angle + over,
    scaleX: v.scaleX * stage * mirror,
    scaleY: v.scaleY * stage,
    wobble: 0,
  };
}

/**
 * As it was, a little larger or smaller: a place that comes back has one light, and in a mirror image or turned over a
 * hollow is lit from below; shrunk, a late defect is no early one but a chip with bright flecks.
 */
function drawNearly(random: Random): Variation {
  const size = Math.exp(random.range(Math.log(0.8), Math.log(1.25)));
  const stretch = Math.exp(random.range(-0.1, 0.1));
  return { angle: random.range(-0.12, 0.12), scaleX: size * stretch, scaleY: size / stretch, wobble: 0 };
}

/** Within some ten pixels of where an exemplar of the same place was seen. */
function nearby(e: Exemplar, ground: Plane, random: Random): Point {
  return {
    x: e.centre.x * ground.width + random.range(-10, 10),
    y: e.centre.y * ground.height + random.range(-10, 10),
  };
}

/** Near where the exemplar was seen, or anywhere; or one of the legal places. */
function drawPlace(e: Exemplar, ground: Plane, random: Random, places?: Int32Array): Point {
  if (places) {
    const i = places[random.int(places.length)];
    return { x: i % ground.width, y: Math.floor(i / ground.width) };
  }
  if (random.chance(0.5)) return nearby(e, ground, random);
  return {
    x: random.range(MARGIN, ground.width - MARGIN),
    y: random.range(MARGIN, ground.height - MARGIN),
  };
}

/** Whether the mask stays inside the crop, by the corners of its box. */
function fits(e: Exemplar, v: Variation, at: Point, ground: Plane): boolean {
  const reach = 0.5 * Math.max(e.long * Math.abs(v.scaleX), e.long * Math.abs(v.scaleY)) * 0.8;
  return (
    at.x - reach >= MARGIN &&
    at.y - reach >= MARGIN &&
    at.x + reach < ground.width - MARGIN &&
    at.y + reach < ground.height - MARGIN
  );
}

/**
 * How unlike the golden beneath the exemplar the crop is at a place: mean absolute difference of structure (grey
 * about its mean) plus a third of the difference of brightness, over a 12×12 grid of the patch.
 */
function misfit(e: Exemplar, v: Variation, at: Point, ground: Plane): number {
  const beneath = e.golden[0];
  const centre = centroid(e.mask);
  const n = 12;
  const a: number[] = [];
  const b: number[] = [];
  const c = Math.cos(v.angle);
  const s = Math.sin(v.angle);
  const { width, height, channels } = beneath;
  for (let gy = 0; gy < n; gy++)
    for (let gx = 0; gx < n; gx++) {
      const px = Math.round(((gx + 0.5) / n) * width - 0.5);
      const py = Math.round(((gy + 0.5) / n) * height - 0.5);
      const u = (px - centre.x) * v.scaleX;
      const w = (py - centre.y) * v.scaleY;
      const x = at.x + c * u - s * w;
      const y = at.y + s * u + c * w;
      if (x < 0 || y < 0 || x > ground.width - 1 || y > ground.height - 1) continue;
      const i = (py * width + px) * channels;
      a.push(
        channels === 1
          ? beneath.data[i]
          : 0.299 * beneath.data[i] + 0.587 * beneath.data[i + 1] + 0.114 * beneath.data[i + 2],
      );
      b.push(sample(ground, x, y));
    }
  if (a.length < 40) return Infinity;
  const ma = a.reduce((p, q) => p + q, 0) / a.length;
  const mb = b.reduce((p, q) => p + q, 0) / b.length;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - ma - (b[i] - mb));
  return sum / a.length + Math.abs(ma - mb) / 3;
}

function pixelsOf(m: Mask): Int32Array {
  const found: number[] = [];
  for (let i = 0; i < m.data.length; i++) if (m.data[i]) found.push(i);
  return Int32Array.from(found);
}
