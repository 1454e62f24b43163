import { type Box, type Component, components, type Mask } from "../../vision/index.js";
import { closeEllipse } from "./closing.js";
import { type LabelColour, meaning } from "./label-map.js";
import type { Rgba } from "./picture.js";

/** Which regions of a segmentation become crops (contract 4.6, dig 6.3). Pixels. */
export type RoiRules = Readonly<{
  /** Anchors: a region without a pixel of one of these classes gives no crop. */
  classes: readonly string[];
  /** Radius of the closing that merges neighbouring labels; 0: off. */
  morphKernel: number;
  minArea: number;
  maxArea: number | null;
  /** Added around the region's box. */
  offset: number;
  /** Refuse regions that touch the image's border. */
  edgeSkip: boolean;
  /** Smallest labelled part of a crop, 0 … 1; 0: off. */
  minCoverage: number;
}>;

export type RoiRefusal = "no_target" | "min_area" | "max_area" | "edge" | "coverage";

export type Roi = Readonly<{
  /** Tight box of the region. */
  inner: Box;
  /** What is cut out. */
  crop: Box;
  /** Pixels of the closed region. */
  area: number;
  /** The anchor class with most pixels. */
  dominant: string;
  /** Pixels of each anchor class. */
  pixels: Readonly<Record<string, number>>;
}>;

export type RoiSearch = Readonly<{
  rois: readonly Roi[];
  /** Connected regions looked at. */
  regions: number;
  refused: Readonly<Record<RoiRefusal, number>>;
}>;

/**
 * Finds the regions of interest of one segmentation image (contract 4.6): labelled pixels are closed and split into
 * 8-connected regions; a region with an anchor that passes the filters is one. In the order in which OpenCV numbers
 * regions: by the first 2×2 block.
 */
export function findRois(seg: Rgba, colours: readonly LabelColour[], rules: RoiRules): RoiSearch {
  const refused = { no_target: 0, min_area: 0, max_area: 0, edge: 0, coverage: 0 };
  const { labelled, anchor, anchors } = classify(seg, colours, rules.classes);
  if (anchors.length === 0) return { rois: [], regions: 0, refused };
  const closed = closeEllipse(labelled, rules.morphKernel);
  const { labels, parts } = components(closed);
  const votes = countAnchors(labels, anchor, parts.length);
  const rois: Roi[] = [];
  for (const part of inBlockOrder(parts, seg.width)) {
    const found = judge(part, votes[part.id], anchors, closed, rules);
    if (typeof found === "string") refused[found]++;
    else rois.push(found);
  }
  return { rois, regions: parts.length, refused };
}

/** One region: a crop, or why there is none. */
function judge(
  part: Component,
  votes: ReadonlyMap<number, number> | undefined,
  anchors: readonly (readonly string[])[],
  closed: Mask,
  rules: RoiRules,
): Roi | RoiRefusal {
  if (!votes) return "no_target";
  if (part.area < rules.minArea) return "min_area";
  if (rules.maxArea !== null && part.area > rules.maxArea) return "max_area";
  if (rules.edgeSkip && touchesBorder(part.box, closed)) return "edge";
  const crop = padded(part.box, rules.offset, closed);
  if (rules.minCoverage > 0 && labelledPart(closed, crop) < rules.minCoverage) return "coverage";
  const pixels: Record<string, number> = {};
  for (const [colour, count] of votes)
    for (const name of anchors[colour - 1]) pixels[name] = (pixels[name] ?? 0) + count;
  // The first of equals stays: classes are listed in the order in which their pixels appear.
  const dominant = Object.keys(pixels).reduce((best, name) => (pixels[name] > pixels[best] ? name : best));
  return { inner: part.box, crop, area: part.area, dominant, pixels };
}

/** The labelled pixels, and for each pixel the number of its anchor colour (0: none). */
function classify(
  seg: Rgba,
  colours: readonly LabelColour[],
  classes: readonly string[],
): { labelled: Mask; anchor: Uint16Array; anchors: (readonly string[])[] } {
  const anchors: (readonly string[])[] = [];
  const known = new Map<number, number>();
  for (const colour of colours) {
    const names = meaning(colour);
    if (names.length === 0) continue;
    const wanted = names.filter((name) => classes.includes(name));
    known.set(colour.word, wanted.length > 0 ? anchors.push(wanted) : 0);
  }
  const { words, width, height } = seg;
  const labelled = new Uint8Array(words.length);
  const anchor = new Uint16Array(words.length);
  // Neighbours mostly have the same colour.
  let last = -1;
  let found: number | undefined;
  for (let i = 0; i < words.length; i++) {
    if (words[i] !== last) {
      last = words[i];
      found = known.get(last);
    }
    if (found === undefined) continue;
    labelled[i] = 1;
    anchor[i] = found;
  }
  return { labelled: { width, height, data: labelled }, anchor, anchors };
}

/** For each region (by id) the pixels of each anchor colour, colours in the order of their first pixel. */
function countAnchors(
  labels: Int32Array,
  anchor: Uint16Array,
  regions: number,
): (Map<number, number> | undefined)[] {
  const votes: (Map<number, number> | undefined)[] = new Array(regions + 1).fill(undefined);
  for (let i = 0; i < anchor.length; i++) {
    const colour = anchor[i];
    if (colour === 0) continue;
    let own = votes[labels[i]];
    if (!own) votes[labels[i]] = own = new Map();
    own.set(colour, (own.get(colour) ?? 0) + 1);
  }
  return votes;
}

function inBlockOrder(parts: readonly Component[], width: number): readonly Component[] {
  const across = (width + 1) >> 1;
  const block = (i: number) => ((i / width) >> 1) * across + ((i % width) >> 1);
  const first = new Map(
    parts.map((p) => [p.id, p.pixels.reduce((low, i) => Math.min(low, block(i)), Infinity)]),
  );
  return parts.toSorted((a, b) => (first.get(a.id) as number) - (first.get(b.id) as number));
}

/** True when a tight box reaches the first or last row or column: the thing may be cut off. */
export function touchesBorder(box: Box, image: Readonly<{ width: number; height: number }>): boolean {
  return box.x <= 0 || box.y <= 0 || box.x + box.width >= image.width || box.y + box.height >= image.height;
}

/** The box grown by `offset` on all sides, cut at the image. */
export function padded(box: Box, offset: number, image: Readonly<{ width: number; height: number }>): Box {
  const x = Math.max(0, box.x - offset);
  const y = Math.max(0, box.y - offset);
  return {
    x,
    y,
    width: Math.min(image.width, box.x + box.width + offset) - x,
    height: Math.min(image.height, box.y + box.height + offset) - y,
  };
}

function labelledPart(mask: Mask, box: Box): number {
  let inside = 0;
  for (let y = box.y; y < box.y + box.height; y++)
    for (let x = box.x; x < box.x + box.width; x++) inside += mask.data[y * mask.width + x];
  return inside / (box.width * box.height);
}
