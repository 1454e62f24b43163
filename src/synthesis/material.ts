import {
  components,
  dilate,
  erode,
  intersect,
  type Mask,
  majority,
  type Plane,
  subtract,
  threshold,
} from "../vision/index.js";
import type { Flip, TwoTone } from "./types.js";

/** The light material of a two-tone picture, without single-pixel specks. */
export function materialOf(p: Plane, tone: TwoTone): Mask {
  return majority(threshold(p, tone.level));
}

/**
 * How a defect changed the material, from the material before and after: the direction of the change, and how
 * many separate borders the changed region has with the material it turned into. Undefined when less than 60 % of
 * the mask changed one way: then it is a stain or a texture, not a change of material.
 */
export function flipOf(before: Mask, after: Mask, mask: Mask): Flip | undefined {
  let toLight = 0;
  let toDark = 0;
  let n = 0;
  for (let i = 0; i < mask.data.length; i++) {
    if (!mask.data[i]) continue;
    n++;
    if (before.data[i] !== after.data[i]) after.data[i] ? toLight++ : toDark++;
  }
  if (n === 0 || Math.max(toLight, toDark) < 0.5 * n) return undefined;
  const light = toLight > toDark;
  const changed: Mask = {
    ...mask,
    data: mask.data.map((v, i) => (v && before.data[i] !== after.data[i] ? 1 : 0)),
  };
  return { toLight: light, contacts: contactsOf(before, changed, light) };
}

/**
 * Separate borders between a region and the given material around it: 0, 1 or 2 (meaning two or more). Counted on
 * a ring two pixels wide, three when misalignment has to be forgiven, ignoring borders shorter than 3 pixels.
 */
export function contactsOf(material: Mask, region: Mask, light: boolean, slack = 2): 0 | 1 | 2 {
  const same: Mask = light ? material : { ...material, data: material.data.map((v) => 1 - v) };
  const ring = subtract(dilate(region, slack), region);
  const { parts } = components(intersect(ring, same));
  const real = parts.filter((part) => part.area >= 4).length;
  return real >= 2 ? 2 : real === 1 ? 1 : 0;
}

/** Keeps a flip region clear of rounding: the inside that survives erosion by one pixel. */
export function coreOf(region: Mask): Mask {
  return erode(region, 1);
}
