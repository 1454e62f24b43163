import { dataError } from "../../kit/errors.js";
import {
  type Box,
  boundsOf,
  componentsByBlock,
  type Mask,
  maskOf,
  outlineArea,
  resizeLinear,
} from "../../vision/index.js";

/** Grey levels 0 … 255, one byte a pixel. Regions made of resized pictures are grey along their edges. */
export type Levels = Readonly<{ width: number; height: number; data: Uint8Array }>;

/** A region in which a shape may lie. `box` holds its levels above 127; undefined when there are none. */
export type Region = Readonly<{ levels: Levels; box: Box | undefined }>;

/** A box of an ROI file: legal boxes are regions, illegal ones are cut out of all regions. */
export type BoxRegion = Readonly<{
  id?: string;
  x: number;
  y: number;
  width: number;
  height: number;
  isLegal: boolean;
}>;

export type RegionSources = Readonly<{
  width: number;
  height: number;
  boxes?: readonly BoxRegion[];
  /** Pictures of legal and of illegal ground, of any size: white is meant. */
  legal?: readonly Levels[];
  illegal?: readonly Levels[];
  /** Each 8-connected part of a legal picture is a region of its own (default). */
  separate?: boolean;
  /** Smallest outline area in pixels of a separated part, and of what is left of a region (default 10). */
  minArea?: number;
}>;

export function regionOf(levels: Levels): Region {
  return { levels, box: boundsOf(above(levels, 127)) };
}

/** A region of whole pixels. */
export function regionOfMask(m: Mask): Region {
  return { levels: { ...m, data: m.data.map((v) => 255 * v) }, box: boundsOf(m) };
}

/**
 * Gathers the regions of an image (contract 5.4): legal boxes, then legal pictures; illegal ground is cut out of each,
 * and what is too small afterwards is dropped. Throws `roi_duplicate` or `roi_outside`.
 */
export function gatherRegions(o: RegionSources): readonly Region[] {
  const minArea = o.minArea ?? 10;
  const legal: Levels[] = [];
  const illegal = new Uint8Array(o.width * o.height);
  const ids = new Set<string>();
  (o.boxes ?? []).forEach((box, i) => {
    const id = box.id ?? `roi_${i}`;
    if (ids.has(id))
      throw dataError("roi_duplicate", `two regions are named "${id}"`, "Give each its own id.");
    ids.add(id);
    if (box.x < 0 || box.y < 0 || box.x + box.width > o.width || box.y + box.height > o.height)
      throw dataError(
        "roi_outside",
        `region "${id}" leaves the ${o.width}x${o.height} image`,
        "Keep the box inside the image.",
      );
    const data = box.isLegal ? new Uint8Array(illegal.length) : illegal;
    for (let y = box.y; y < box.y + box.height; y++)
      data.fill(255, y * o.width + box.x, y * o.width + box.x + box.width);
    if (box.isLegal) legal.push({ width: o.width, height: o.height, data });
  });
  for (const picture of o.legal ?? []) {
    const levels = fitted(picture, o);
    if (o.separate ?? true) legal.push(...parts(levels, minArea));
    else legal.push(levels);
  }
  for (const picture of o.illegal ?? []) {
    const { data } = fitted(picture, o);
    for (let i = 0; i < illegal.length; i++) illegal[i] |= data[i];
  }
  if (!illegal.some((v) => v !== 0)) return legal.map(regionOf);
  return legal
    .map((levels) => ({ ...levels, data: levels.data.map((v, i) => v & ~illegal[i]) }))
    .filter((levels) => outlineArea(above(levels, 0)) >= minArea)
    .map(regionOf);
}

/** Black and white at the size of the image; a picture of another size is smoothed on the way. */
function fitted(picture: Levels, { width, height }: RegionSources): Levels {
  const binary = { ...picture, data: picture.data.map((v) => (v > 127 ? 255 : 0)) };
  return resizeLinear(binary, width, height);
}

function parts(levels: Levels, minArea: number): readonly Levels[] {
  const ground = above(levels, 0);
  return componentsByBlock(ground)
    .map((part) => maskOf(ground, [part]))
    .filter((m) => outlineArea(m) >= minArea)
    .map((m) => ({ ...m, data: m.data.map((v) => 255 * v) }));
}

function above(levels: Levels, level: number): Mask {
  return { ...levels, data: levels.data.map((v) => (v > level ? 1 : 0)) };
}
