import type { Pixels } from "../../kit/images.js";
import { distanceTo, histogram, type Mask, otsu, type Plane } from "../../vision/index.js";

/** What a pixel shows, as far as its look is concerned. */
export const KIND = { board: 0, metal: 1, body: 2 } as const;

/** The kind of every pixel. */
export type Regions = Readonly<{ width: number; height: number; data: Uint8Array }>;

/** How pictures are divided: by their label images, by brightness, or not at all. */
export type Division = "labels" | "brightness" | "none";

/** Bright places count as metal, all others as board: what can be told of any picture without labels. */
export function brightRegions(image: Pixels): Regions {
  const { width, height } = image;
  const value = brightness(image);
  const { level, separability } = otsu(histogram(value));
  const data = new Uint8Array(value.length);
  // One tone has no bright part.
  if (separability > 0.5) for (let i = 0; i < data.length; i++) data[i] = value[i] > level ? KIND.metal : KIND.board;
  return { width, height, data };
}

function brightness({ width, height, channels, data }: Pixels): Uint8Array {
  if (channels === 1) return data;
  const out = new Uint8Array(width * height);
  for (let i = 0; i < out.length; i++) out[i] = Math.max(data[3 * i], data[3 * i + 1], data[3 * i + 2]);
  return out;
}

/**
 * Places within a picture that may look different although they are of one kind: rings inside and around metal, whose
 * slope (and so its colour under ring light) goes with the distance to its rim. `edges` are distances in units of the
 * picture's metal width, so that pictures of any scale compare.
 */
const RINGS: Readonly<Record<number, readonly number[]>> = {
  [KIND.metal]: [0.1, 0.45, 0.9],
  [KIND.board]: [0.25, 1.5],
  [KIND.body]: [0.25, 1.5],
};
/** First ring of each kind, and the number of all. */
const FIRST: Readonly<Record<number, number>> = { [KIND.board]: 0, [KIND.metal]: 2, [KIND.body]: 5 };
export const PLACES = 7;

/** The kind that a place belongs to. */
export function kindOfPlace(place: number): number {
  return place < 2 ? KIND.board : place < 5 ? KIND.metal : KIND.body;
}

/** Between which two places every pixel lies, and how far it is on the way to the second (0 … 1). */
export type Guide = Readonly<{ first: Uint8Array; second: Uint8Array; part: Float32Array }>;

/** The guide of a picture divided into regions. */
export function guideOf(regions: Regions): Guide {
  const { width, height, data } = regions;
  const is: Mask = { width, height, data: data.map((k) => (k === KIND.metal ? 1 : 0)) };
  const not: Mask = { width, height, data: is.data.map((v) => 1 - v) };
  const any = is.data.includes(1) && not.data.includes(1);
  const inside = any ? distanceTo(not) : undefined;
  const outside = any ? distanceTo(is) : undefined;
  const unit = inside ? metalWidth(inside, is) : 1;
  const n = data.length;
  const guide = { first: new Uint8Array(n), second: new Uint8Array(n), part: new Float32Array(n) };
  for (let i = 0; i < n; i++) {
    const kind = data[i];
    const rings = RINGS[kind] as readonly number[];
    const far = kind === KIND.metal ? inside : outside;
    // Without any metal everything is far from it.
    const at = far ? far.data[i] / unit : kind === KIND.metal ? 0.9 : 1.5;
    let k = 0;
    while (k < rings.length - 2 && at > rings[k + 1]) k++;
    const [low, high] = [rings[k], rings[k + 1]];
    guide.first[i] = FIRST[kind] + k;
    guide.second[i] = FIRST[kind] + k + 1;
    guide.part[i] = Math.max(0, Math.min(1, (at - low) / (high - low)));
  }
  return guide;
}

/** A guide that tells no places apart. */
export function plainGuide(pixels: number): Guide {
  return { first: new Uint8Array(pixels), second: new Uint8Array(pixels), part: new Float32Array(pixels) };
}

/** How deep metal is: the 90 % quantile of the distances to its rim, at least two pixels. */
function metalWidth(inside: Plane, metal: Mask): number {
  const depths = inside.data.filter((_, i) => metal.data[i] === 1).sort();
  return Math.max(2, depths[Math.floor(0.9 * (depths.length - 1))] ?? 2);
}
