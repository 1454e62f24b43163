import type { Random } from "../../kit/random.js";
import {
  area,
  centroid,
  close,
  components,
  fillHoles,
  gaussianBlur,
  gradient,
  intersect,
  type Mask,
  maskOf,
  open,
  type Plane,
  plane,
  seamlessClone,
  threshold,
} from "../../vision/index.js";
import { extents } from "../exemplar.js";
import { cloud, quantileOver, signedDistance } from "./tools.js";

/** A drop of solder: the pixels it covers, its slope in degrees on each of them, and half its greatest width. */
export type Bead = Readonly<{ outline: Mask; slope: Plane; reach: number }>;

/** How steep a bead is at its border, degrees, and whether it joins two pads (then it has a waist between them). */
export type BeadShape = Readonly<{ border: number; waist: boolean }>;

/** Slopes at the border are a share of this quantile: ends and corners of a mask are steeper than its sides. */
const BORDER_QUANTILE = 0.6;
/** The top of a drop that wets its pad is flatter than a parabola: slope goes with this power of the way out. */
const FLAT_TOP = 1.3;
/** Unevenness of the surface, as a share of its slope at the border. */
const UNEVEN = 0.22;
/** How much higher a drop stands on its one side, and in its humps, as shares: it cools from one end, over pads and leads. */
const LOPSIDED = [0.25, 0.5] as const;
const HUMPS = 0.2;
/** How far the border wanders, as a share of the level that a smoothed outline is cut at. */
const WANDER = 0.13;
/** Degrees of smaller unevenness: oxide skin and flux. */
const WRINKLED = 1.5;

/**
 * The surface of liquid under constant pressure whose border is the outline of the region (Young-Laplace for small slopes:
 * Poisson's equation with a constant source), a little uneven in waves as wide as the drop itself.
 */
export function beadOver(region: Mask, allowed: Mask, shape: BeadShape, random: Random): Bead {
  const outline = intersect(liquidOutline(region, shape.waist, random.fork("outline")), allowed);
  const { width, height } = region;
  const depth = signedDistance(outline);
  const reach = Math.max(2, quantileOver(depth, outline, 1));
  const c = centroid(outline);
  const source = plane(width, height);
  for (let i = 0; i < source.data.length; i++)
    source.data[i] = -(((i % width) - c.x) ** 2 + (Math.floor(i / width) - c.y) ** 2) / 4;
  const level = gaussianBlur(seamlessClone(plane(width, height), source, outline), 0.06 * reach);
  const z = lopsided(level, c, reach, random.fork("humps"));
  const steep = steepness(z);
  const rim: Mask = {
    ...outline,
    data: outline.data.map((v, i) => (v && depth.data[i]! <= 0.12 * reach + 1.5 ? 1 : 0)),
  };
  const border = Math.max(1e-6, quantileOver(steep, rim, BORDER_QUANTILE));
  // Waves that end with the drop, scaled by their own slope.
  const waves = cloud(width, height, 2.2 * reach, random.fork("waves"), 1);
  for (let i = 0; i < waves.data.length; i++)
    waves.data[i] = waves.data[i]! * Math.min(1, Math.max(0, depth.data[i]! / (0.5 * reach)));
  const own = Math.max(1e-6, quantileOver(steepness(waves), outline, 0.7));
  for (let i = 0; i < z.data.length; i++) z.data[i] = z.data[i]! + (UNEVEN * border * waves.data[i]!) / own;
  const slope = steepness(z);
  const wrinkles = cloud(width, height, Math.max(4, 0.45 * reach), random.fork("wrinkles"), 2);
  return {
    outline,
    reach,
    slope: {
      ...slope,
      data: slope.data.map((s, i) =>
        Math.max(0, shape.border * (s / border) ** FLAT_TOP + WRINKLED * wrinkles.data[i]!),
      ),
    },
  };
}

/** The same drop with its top to one side and in humps; where it is nothing it stays nothing. */
function lopsided(z: Plane, c: Readonly<{ x: number; y: number }>, reach: number, random: Random): Plane {
  const turn = random.range(0, 2 * Math.PI);
  const tilt = random.range(...LOPSIDED);
  const humps = cloud(z.width, z.height, 1.3 * reach, random, 2);
  const [cos, sin] = [Math.cos(turn) / reach, Math.sin(turn) / reach];
  return {
    ...z,
    data: z.data.map((v, i) => {
      const u = cos * ((i % z.width) - c.x) + sin * (Math.floor(i / z.width) - c.y);
      return v * (1 + tilt * Math.tanh(u)) * Math.max(0.4, 1 + HUMPS * humps.data[i]!);
    }),
  };
}

/** What liquid makes of a region: no holes, no teeth, no hair; with a waist where it joins two pads. */
export function liquidOutline(region: Mask, waist: boolean, random?: Random): Mask {
  const reach = Math.max(1, quantileOver(signedDistance(region), region, 1));
  const tooth = Math.max(1, Math.round(0.3 * reach));
  const closed = open(fillHoles(close(region, tooth)), tooth);
  const sigma = Math.max(1, Math.min(9, 0.4 * reach));
  const soft = gaussianBlur({ ...region, data: Float32Array.from(closed.data) }, sigma);
  const wander = random && cloud(region.width, region.height, Math.max(3, 0.9 * reach), random, 2);
  const smooth = threshold(
    wander
      ? { ...soft, data: soft.data.map((v, i) => v + WANDER * Math.max(-2, Math.min(1, wander.data[i]!))) }
      : soft,
    0.5,
  );
  const drops = components(smooth).parts;
  const most = drops.reduce((a, p) => Math.max(a, p.area), 0);
  const kept = maskOf(
    smooth,
    drops.filter((p) => p.area >= 0.08 * most),
  );
  const drop = area(kept) > 0.4 * area(region) ? kept : region;
  return waist ? waisted(drop) : drop;
}

/** Narrower in the middle of its main axis, where nothing but surface tension holds it. */
function waisted(drop: Mask): Mask {
  const { long, across, angle } = extents(drop);
  if (long < 1.3 * across) return drop;
  const at = centroid(drop);
  const depth = signedDistance(drop);
  const reach = quantileOver(depth, drop, 1);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return {
    ...drop,
    data: drop.data.map((v, i) => {
      if (!v) return 0;
      const u = cos * ((i % drop.width) - at.x) + sin * (Math.floor(i / drop.width) - at.y);
      return depth.data[i]! > 0.25 * reach * Math.exp(-((u / (0.22 * long)) ** 2)) ? 1 : 0;
    }),
  };
}

function steepness(z: Plane): Plane {
  const { gx, gy } = gradient(z);
  return { ...z, data: gx.data.map((v, i) => Math.hypot(v, gy.data[i]!)) };
}
