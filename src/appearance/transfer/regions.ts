import { distanceTo, type Mask, type Plane } from "../../vision/index.js";

/** What a pixel shows, as far as its look is concerned. */
export const KIND = { board: 0, metal: 1, body: 2 } as const;

/** The kind of every pixel. */
export type Regions = Readonly<{ width: number; height: number; data: Uint8Array }>;

/** Whether a picture is divided by its label image, or treated as one. */
export type Division = "labels" | "none";

/**
 * Places within a picture that may look different although they are of one kind: rings inside metal, whose slope (and
 * so its colour under ring light) goes with the distance to its rim, in units of the picture's metal width, so that
 * pictures of any scale compare. Board and body have one place each: rings around metal would learn its glow.
 */
const RINGS = [0.1, 0.45, 0.9] as const;
const BOARD_PLACE = 0;
const METAL_PLACE = 1;
const BODY_PLACE = METAL_PLACE + RINGS.length;
export const PLACES = BODY_PLACE + 1;

/** The kind that a place belongs to. */
export function kindOfPlace(place: number): number {
  return place === BOARD_PLACE ? KIND.board : place === BODY_PLACE ? KIND.body : KIND.metal;
}

/**
 * Between which two places every pixel lies, and how far it is on the way to the second (0 … 1). `pure` is 1 away from
 * the rim of metal: what is nearer than {@link RIM} shows both sides.
 */
export type Guide = Readonly<{ first: Uint8Array; second: Uint8Array; part: Float32Array; pure: Uint8Array }>;

const RIM = 1.6;

/** The guide of a picture divided into regions. */
export function guideOf(regions: Regions): Guide {
  const { width, height, data } = regions;
  const is: Mask = { width, height, data: data.map((k) => (k === KIND.metal ? 1 : 0)) };
  const not: Mask = { width, height, data: is.data.map((v) => 1 - v) };
  const guide = plainGuide(data.length);
  data.forEach((kind, i) => {
    if (kind === KIND.body) guide.first[i] = guide.second[i] = BODY_PLACE;
  });
  if (!is.data.includes(1)) return guide;
  const inside = distanceTo(not);
  const outside = distanceTo(is);
  const unit = metalWidth(inside, is);
  for (let i = 0; i < data.length; i++) {
    guide.pure[i] = Math.max(inside.data[i], outside.data[i]) > RIM ? 1 : 0;
    if (data[i] !== KIND.metal) continue;
    const at = inside.data[i] / unit;
    const k = at > RINGS[1] ? 1 : 0;
    guide.first[i] = METAL_PLACE + k;
    guide.second[i] = METAL_PLACE + k + 1;
    guide.part[i] = Math.max(0, Math.min(1, (at - RINGS[k]) / (RINGS[k + 1] - RINGS[k])));
  }
  return guide;
}

/** A guide that tells no places apart. */
export function plainGuide(pixels: number): Guide {
  return {
    first: new Uint8Array(pixels),
    second: new Uint8Array(pixels),
    part: new Float32Array(pixels),
    pure: new Uint8Array(pixels).fill(1),
  };
}

/** How deep metal is: the 90 % quantile of the distances to its rim, at least two pixels. */
function metalWidth(inside: Plane, metal: Mask): number {
  const depths = inside.data.filter((_, i) => metal.data[i] === 1).sort();
  return Math.max(2, depths[Math.floor(0.9 * (depths.length - 1))] ?? 2);
}
