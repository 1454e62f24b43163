import type { PairRow } from "../dataset/row.js";
import type { Pixels } from "../kit/images.js";
import {
  area,
  type Box,
  boundsOf,
  type Component,
  centroid,
  close,
  components,
  cropMask,
  cropPixels,
  dilate,
  distanceTo,
  fillHoles,
  grey,
  invert,
  type Mask,
  maskOf,
  type Plane,
  quantile,
  threshold,
  union,
} from "../vision/index.js";
import { type Attention, attend, hotRegion } from "./attention.js";
import { type PairDifference, pairDifference, WAYS } from "./difference.js";
import { loadPair } from "./load.js";
import { anchorsOf, flipOf, materialOf } from "./material.js";
import type { Exemplar, Lightings, Surroundings } from "./types.js";

/** Pixels of surroundings kept around an exemplar's mask. */
const CONTEXT = 8;

/** From this separability on a two-tone picture has no texture worth looking at. */
const PURE = 0.985;

/**
 * Learns a defect exemplar from one NG row: registers the golden, takes the difference with 2, 1 or 0 pixels of
 * slack (the most that still shows something), and keeps the most significant part as the mask. Undefined when
 * nothing stands out of what good pairs show: then the row teaches nothing about shape.
 */
export async function exemplarOfRow(
  row: PairRow,
  around: Surroundings,
  attention?: Attention,
): Promise<Exemplar | undefined> {
  const { test, golden } = await loadPair(row.test, row.golden);
  const found = findDefect(test, golden, around, attention);
  if (!found) return undefined;
  return makeExemplar({
    id: `row:${row.index}`,
    label: row.label,
    source: row.test[0] as string,
    place: row.golden[0] as string,
    row: row.index,
    test,
    golden: golden.map((image) => shiftPixels(image, found.shift.dx, found.shift.dy)),
    mask: found.mask,
    textured: true,
    quality: found.quality,
    around,
  });
}

type Found = Readonly<{ mask: Mask; shift: { dx: number; dy: number }; quality: number }>;

/** The pixels of the most significant difference of a pair, in the frame of the test. */
export function findDefect(
  test: Lightings,
  golden: Lightings,
  around: Surroundings,
  attention?: Attention,
): Found | undefined {
  // Line scans of bare boards have two tones and nothing else: there the level alone is exact.
  const pure = (around.twoTone?.separability ?? 0) > PURE;
  const ways = pure ? (["level"] as const) : WAYS;
  const hot = pure ? undefined : hotRegion(test[0].width, test[0].height, attention);
  let shift = { dx: 0, dy: 0 };
  for (const radius of [2, 1, 0]) {
    const difference = pairDifference(test, golden, radius, around.floors, ways);
    shift = difference.shift;
    const seen = { tolerant: attend(difference.tolerant, attention), raw: difference.raw };
    const found = significant(seen, radius, pure);
    if (found) return { ...found, mask: hot ? wholeDefect(found.mask, hot) : found.mask, shift };
  }
  // An early defect does not stand out of the pair's dirt; a model that has learnt from many sees it none the less.
  const largest = hot ? components(hot).parts.toSorted((a, b) => b.area - a.area)[0] : undefined;
  if (!hot || !largest || largest.area < LEAST_HOT) return undefined;
  return { mask: dilate(maskOf(hot, [largest]), 1), shift, quality: 1 };
}

/** Fewest pixels of heat that are taken for a defect of their own. */
const LEAST_HOT = 12;

/**
 * A large defect differs from its golden in pieces, and the network looks at its rim. Cut out in pieces, its picture
 * would be cloned with a seam through its own darkness and come out as bright flecks: so pieces and heat near them are
 * joined into one part without holes.
 */
function wholeDefect(pieces: Mask, hot: Mask): Mask {
  const box = boundsOf(pieces) as Box;
  const near = components(hot).parts.filter((part) => gap(part.box, box) <= CONTEXT);
  const all = near.length > 0 ? union(pieces, maskOf(hot, near)) : pieces;
  const joined = fillHoles(close(all, Math.min(12, 0.35 * extents(all).long)));
  return area(joined) > 0.6 * joined.data.length ? pieces : joined;
}

function significant(
  { tolerant, raw }: Pick<PairDifference, "tolerant" | "raw">,
  radius: number,
  exact: boolean,
): Omit<Found, "shift"> | undefined {
  const peak = quantile(tolerant.data, 0.9995);
  if (peak < 1.3) return undefined;
  const seeds = threshold(tolerant, Math.max(1, 0.45 * peak));
  const low = exact ? Math.max(0.7, 0.3 * peak) : Math.max(0.5, 0.25 * peak);
  const grown = within(threshold(raw, low), dilate(seeds, exact ? radius + 1.5 : 5), seeds);
  const joined = close(grown, exact ? 1.5 : 3);
  const { parts } = components(joined);
  const scored = parts
    .map((part) => ({ part, weight: significance(part, tolerant, joined, exact) }))
    .filter(({ part, weight }) => part.area >= 5 && weight > 0)
    .sort((a, b) => b.weight - a.weight || a.part.id - b.part.id);
  const best = scored[0];
  if (!best) return undefined;
  // A defect may be in pieces: parts near the main one and not much weaker belong to it.
  const reach = 0.15 * Math.max(tolerant.width, tolerant.height);
  const kept = scored.filter(
    ({ part, weight }) =>
      part === best.part || (weight > 0.25 * best.weight && gap(part.box, best.part.box) <= reach),
  );
  const main = maskOf(
    joined,
    kept.map(({ part }) => part),
  );
  if (area(main) > 0.6 * main.data.length) return undefined;
  return { mask: main, quality: best.weight };
}

/** Contrast summed over the part; slivers (edges a pixel off) and parts cut by the border count less. */
function significance(part: Component, contrast: Plane, whole: Mask, exact: boolean): number {
  let sum = 0;
  for (const i of part.pixels) sum += contrast.data[i];
  const shape = maskOf(whole, [part]);
  const depth = distanceTo(invert(shape));
  let thick = 0;
  for (const i of part.pixels) if (depth.data[i] > thick) thick = depth.data[i];
  const { box } = part;
  const cut =
    box.x <= 1 ||
    box.y <= 1 ||
    box.x + box.width >= contrast.width - 1 ||
    box.y + box.height >= contrast.height - 1;
  const dx = (box.x + box.width / 2) / contrast.width - 0.5;
  const dy = (box.y + box.height / 2) / contrast.height - 0.5;
  const central = Math.exp(-2 * (dx * dx + dy * dy));
  const { long, across } = extents(shape);
  const streak = !exact && across < 0.3 * long ? 0.4 : 1;
  return streak * sum * (thick < 1.5 ? 0.15 : thick < 2.1 ? 0.6 : 1) * (cut ? 0.35 : 1) * central;
}

/** Parts of `candidates` inside `limit` that touch a seed. */
function within(candidates: Mask, limit: Mask, seeds: Mask): Mask {
  const allowed: Mask = {
    width: candidates.width,
    height: candidates.height,
    data: candidates.data.map((v, i) => (v & limit.data[i]) | seeds.data[i]),
  };
  const { parts } = components(allowed);
  return maskOf(
    allowed,
    parts.filter((part) => part.pixels.some((i) => seeds.data[i])),
  );
}

function gap(a: Box, b: Box): number {
  const dx = Math.max(0, Math.max(a.x, b.x) - Math.min(a.x + a.width, b.x + b.width));
  const dy = Math.max(0, Math.max(a.y, b.y) - Math.min(a.y + a.height, b.y + b.height));
  return Math.hypot(dx, dy);
}

export function shiftPixels(image: Pixels, dx: number, dy: number): Pixels {
  return cropPixels(image, { x: dx, y: dy, width: image.width, height: image.height });
}

/** Cuts the patch of a mask out of its pictures and measures it. */
export function makeExemplar(o: {
  id: string;
  label: string;
  source: string;
  place?: string;
  row?: number;
  test: Lightings;
  golden: Lightings;
  mask: Mask;
  textured: boolean;
  quality?: number;
  around: Surroundings;
}): Exemplar | undefined {
  const bounds = boundsOf(o.mask);
  if (!bounds) return undefined;
  const box: Box = {
    x: bounds.x - CONTEXT,
    y: bounds.y - CONTEXT,
    width: bounds.width + 2 * CONTEXT,
    height: bounds.height + 2 * CONTEXT,
  };
  const centre = centroid(o.mask);
  const { long, across } = extents(o.mask);
  const { twoTone } = o.around;
  const before = twoTone ? materialOf(grey(o.golden[0]), twoTone) : undefined;
  const flip = twoTone && before ? flipOf(before, materialOf(grey(o.test[0]), twoTone), o.mask) : undefined;
  const anchors = before && flip ? anchorsOf(before, o.mask, flip.toLight) : [];
  return {
    id: o.id,
    label: o.label,
    source: o.source,
    ...(o.place === undefined ? {} : { place: o.place }),
    ...(o.row === undefined ? {} : { row: o.row }),
    mask: cropMask(o.mask, box),
    test: o.test.map((image) => cropPixels(image, box)),
    golden: o.golden.map((image) => cropPixels(image, box)),
    textured: o.textured,
    centre: { x: centre.x / o.mask.width, y: centre.y / o.mask.height },
    sourceSize: { width: o.mask.width, height: o.mask.height },
    area: area(o.mask),
    long,
    across,
    quality: o.quality ?? 1,
    ...(flip ? { flip } : {}),
    anchors: anchors.map((p) => ({ x: p.x - box.x, y: p.y - box.y })),
  };
}

/** Extents of a mask along and across its main axis (4 standard deviations of a filled ellipse), in pixels. */
export function extents(m: Mask): { long: number; across: number; angle: number } {
  const c = centroid(m);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  let n = 0;
  for (let y = 0; y < m.height; y++)
    for (let x = 0; x < m.width; x++)
      if (m.data[y * m.width + x]) {
        xx += (x - c.x) ** 2;
        yy += (y - c.y) ** 2;
        xy += (x - c.x) * (y - c.y);
        n++;
      }
  if (n === 0) return { long: 0, across: 0, angle: 0 };
  xx = xx / n + 1 / 12;
  yy = yy / n + 1 / 12;
  xy /= n;
  const spread = Math.hypot((xx - yy) / 2, xy);
  const middle = (xx + yy) / 2;
  return {
    long: 4 * Math.sqrt(middle + spread),
    across: 4 * Math.sqrt(Math.max(1 / 12, middle - spread)),
    angle: 0.5 * Math.atan2(2 * xy, xx - yy),
  };
}
