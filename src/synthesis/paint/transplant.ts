import {
  channel,
  channelsOf,
  dilate,
  erode,
  gaussianBlur,
  grey,
  intersect,
  type Mask,
  membrane,
  noiseSigma,
  type Plane,
  seamlessClone,
  warpMask,
  warpPlane,
} from "../../vision/index.js";
import { type Alignment, alignments } from "./align.js";
import { borderMoves } from "./fit.js";
import { guidedSource } from "./guided.js";
import { quiltedSource } from "./quilt.js";
import { strand } from "./strand.js";
import { factsOf, linesApart, type Surface, turnOf } from "./surface.js";
import { grainOf, meanOver, quantileOver, ringOf, signedDistance } from "./tools.js";
import type { Ground, Paint, Specimen } from "./types.js";

/** Clean surface around the mask that is taken along, so that the seam runs over sound material. */
const RIM = 2;
/** A laid specimen is used as it is from this overlap on, and between these sizes; else its look is grown anew. */
const GOOD_FIT = 0.55;
/** Thin ones must fit better: a crack beside its mask is a wrong label. */
const THIN = { across: 7, fit: 0.75 } as const;
const SIZES = [0.5, 1.8] as const;
/** Half the width, in pixels, from which on a look is grown in patches: its structure is larger than a pixel sees. */
const WIDE = 9;

/** What a specimen whose surface is rougher or calmer than the place counts, a factor e. */
const ROUGHNESS = 0.35;
/** Turns below this, in radians, are not worth a blurred picture. */
const UPRIGHT = 0.1;

type Choice = Readonly<{ specimen: Specimen; alignment: Alignment; cost: number; strand: boolean }>;

/**
 * Puts the look of a specimen under the region: the picture itself, turned and sized, where its mask fits the wanted
 * one, else grown over the region pixel by pixel. Cloned seamlessly; contrast and hue follow the light of the place.
 * Undefined when no specimen has a picture.
 */
export function transplant(g: Ground, specimens: readonly Specimen[]): Paint | undefined {
  const pictured = specimens.filter((e) => e.picture);
  if (pictured.length === 0) return undefined;
  const choice = choose(g, pictured);
  const { specimen, alignment } = choice;
  const thin = specimen.across * alignment.scale < THIN.across;
  const laid =
    alignment.fit >= (thin ? THIN.fit : GOOD_FIT) &&
    alignment.scale >= SIZES[0] &&
    alignment.scale <= SIZES[1];
  const touched = intersect(dilate(g.region, RIM), g.allowed);
  const picture = specimen.picture!;
  const ring = ringOf(g.region, RIM, RIM + 4);
  const ringS = ringOf(specimen.mask, RIM, RIM + 4);
  const light = clamp(meanOver(g.grey, ring, 1) / Math.max(4, meanOver(grey(picture), ringS, 1)), 0.6, 1.6);
  const { strength } = g.settings;
  if (choice.strand) {
    const line = strand(g, specimen, light * strength, g.random.fork("strand"));
    if (line) return { ...line, planes: line.planes.map((p, c) => grainy(p, specimen, line.touched, g, c)) };
  }
  if (structured(g, specimen)) return modulated(g, specimen, alignment, touched);
  const wide = Math.min(reachOf(g.region), reachOf(specimen.mask)) >= WIDE;
  const grow = wide ? quiltedSource : guidedSource;
  const grown = laid ? undefined : grow(g, specimen, light * strength, g.random.fork("grow"));
  const moves =
    laid && !thin
      ? borderMoves(warpMask(specimen.mask, alignment.map, g.grey.width, g.grey.height), g.region)
      : undefined;
  const planes = g.planes.map((target, c) => {
    const own = channel(picture, Math.min(c, picture.channels - 1));
    const tint = hue(target, ring, own, ringS, light);
    const source = grown
      ? grown[c]!
      : scaled(warpPlane(own, alignment.map, target.width, target.height, moves), light * tint * strength);
    const cloned = seamlessClone(target, source, touched);
    return withGrain(cloned, target, source, touched, g, c);
  });
  return {
    planes,
    touched,
    painter: laid ? "transplant" : wide ? "quilted" : "grown",
    specimen: specimen.id,
  };
}

/** A line drawn between pixels is a little smoother than its specimen. */
function grainy(p: Plane, e: Specimen, touched: Mask, g: Ground, c: number): Plane {
  const picture = e.picture!;
  return withGrain(p, g.planes[c]!, channel(picture, Math.min(c, picture.channels - 1)), touched, g, c);
}

function reachOf(m: Mask): number {
  return quantileOver(signedDistance(m), m, 1);
}

/** How much more a place varies than the specimen itself before its own structure has to stay. */
const STRUCTURE = { least: 14, times: 1.4 } as const;

/** True where the region lies over stronger edges than the specimen has: it cannot have hidden them. */
function structured(g: Ground, e: Specimen): boolean {
  const here = spread(g.grey, dilate(g.region, RIM));
  return here > STRUCTURE.least && here > STRUCTURE.times * spread(grey(e.picture!), dilate(e.mask, RIM));
}

/**
 * The specimen as a film: what it takes from or adds to the light of its own ground, as a factor, is laid over the
 * picture, whose edges stay visible beneath.
 */
function modulated(g: Ground, e: Specimen, alignment: Alignment, touched: Mask): Paint {
  const picture = e.picture!;
  const wide = dilate(e.mask, RIM);
  const { width, height } = g.grey;
  const soft = gaussianBlur({ ...g.grey, data: Float32Array.from(dilate(g.region, 1).data) }, 0.8);
  const planes = g.planes.map((target, c) => {
    const own = channel(picture, Math.min(c, picture.channels - 1));
    const ground = membrane(own, wide, 0.05, 200);
    const factor: Plane = { ...own, data: own.data.map((v, i) => (v + 4) / (ground.data[i]! + 4)) };
    const laid = warpPlane(factor, alignment.map, width, height);
    return {
      ...target,
      data: target.data.map((v, i) => {
        if (!touched.data[i]) return v;
        const by = 1 + g.settings.strength * soft.data[i]! * (clamp(laid.data[i]!, 0, 2.5) - 1);
        return (v + 4) * Math.max(0, by) - 4;
      }),
    };
  });
  return { planes, touched, painter: "film", specimen: e.id };
}

function spread(p: Plane, m: Mask): number {
  const mean = meanOver(p, m);
  return Math.sqrt(meanOver({ ...p, data: p.data.map((v) => (v - mean) ** 2) }, m));
}

/** The best-fitting specimens whose surroundings look like the place; one of them by the seed. */
function choose(g: Ground, specimens: readonly Specimen[]): Choice {
  const ring = ringOf(g.region, 1, 6);
  const here = g.planes.map((p) => meanOver(p, ring));
  const place = factsOf(() => g.grey, g.region);
  const choices = specimens.map((specimen): Choice => {
    const own = factsOf(() => grey(specimen.picture!), specimen.mask);
    const line = own.line && place.line ? linesApart(own.line, place.line) : undefined;
    const turn = line === undefined ? upright(own.surface, place.surface) : undefined;
    const [alignment] = alignments(specimen, g.region, turn) as [Alignment];
    const around = ringOf(specimen.mask, 1, 6);
    const planes = channelsOf(specimen.picture!);
    let apart = 0;
    for (let c = 0; c < here.length; c++) {
      const there = meanOver(planes[Math.min(c, planes.length - 1)]!, around);
      apart += Math.abs(here[c]! - there) / (30 + 0.5 * (here[c]! + there));
    }
    const size = Math.abs(Math.log(alignment.scale));
    const rough = ROUGHNESS * Math.abs(Math.log((own.surface.rough + 1) / (place.surface.rough + 1)));
    // Lines need not fit: they follow their mask.
    const shape = line === undefined ? 1 - alignment.fit + 0.4 * size : 0.3 * line;
    return {
      specimen,
      alignment,
      strand: line !== undefined,
      cost: shape + rough + (0.6 * apart) / here.length,
    };
  });
  choices.sort((a, b) => a.cost - b.cost);
  const best = choices[0]!;
  const near = choices.filter((c) => c.cost <= best.cost + 0.1 + 0.4 * g.settings.variety);
  const most = Math.max(1, Math.ceil(near.length * Math.max(0.25, g.settings.variety)));
  return g.random.fork("specimen").pick(near.slice(0, most));
}

function upright(from: Surface, to: Surface): number | undefined {
  const turn = turnOf(from, to);
  return turn !== undefined && Math.abs(turn) < UPRIGHT ? 0 : turn;
}

/** Hue follows the ground: a neutral shadow on warm metal must not turn blue on white metal. */
function hue(target: Plane, ring: Mask, source: Plane, ringS: Mask, light: number): number {
  const ratio = meanOver(target, ring, 1) / Math.max(4, meanOver(source, ringS, 1));
  return clamp(ratio / light, 0.7, 1.4);
}

/** Enlarging smooths noise away and light scales it: the difference to the place's own is added back. */
function withGrain(cloned: Plane, target: Plane, source: Plane, touched: Mask, g: Ground, c: number): Plane {
  const missing = Math.sqrt(Math.max(0, noiseSigma(target) ** 2 - noiseSigma(source) ** 2));
  if (missing < 0.3) return cloned;
  const grain = g.random.fork("grain", grainOf(g, c));
  const core = erode(touched, 1);
  return {
    ...cloned,
    data: cloned.data.map((v, i) => (core.data[i] ? v + missing * grain.normal() : v)),
  };
}

function scaled(p: Plane, by: number): Plane {
  return { ...p, data: p.data.map((v) => v * by) };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
