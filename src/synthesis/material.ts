import {
  type Box,
  boundsOf,
  type Component,
  components,
  cropMask,
  dilate,
  intersect,
  invert,
  type Mask,
  majority,
  type Plane,
  subtract,
  threshold,
} from "../vision/index.js";
import type { Flip, Point, TwoTone } from "./types.js";

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
 * Separate borders between a region and the given material around it: 0, 1 or 2 (meaning two or more).
 * Borders shorter than 4 pixels of the ring do not count.
 */
export function contactsOf(material: Mask, region: Mask, light: boolean, slack = 2): 0 | 1 | 2 {
  const n = borders(material, region, light, slack).parts.length;
  return n >= 2 ? 2 : n === 1 ? 1 : 0;
}

/** Middles of those borders, longest first. */
export function anchorsOf(material: Mask, region: Mask, light: boolean, slack = 2): Point[] {
  const { parts, box } = borders(material, region, light, slack);
  return parts
    .sort((a, b) => b.area - a.area || a.id - b.id)
    .map(({ pixels }) => {
      let x = 0;
      let y = 0;
      for (const i of pixels) {
        x += box.x + (i % box.width);
        y += box.y + Math.floor(i / box.width);
      }
      return { x: x / pixels.length, y: y / pixels.length };
    });
}

function borders(
  material: Mask,
  region: Mask,
  light: boolean,
  slack: number,
): { parts: Component[]; box: Box } {
  const bounds = boundsOf(region);
  if (!bounds) return { parts: [], box: { x: 0, y: 0, width: 0, height: 0 } };
  // Only the surroundings of the region matter: crops may be large.
  const rim = Math.ceil(slack) + 1;
  const x = Math.max(0, bounds.x - rim);
  const y = Math.max(0, bounds.y - rim);
  const box: Box = {
    x,
    y,
    width: Math.min(region.width, bounds.x + bounds.width + rim) - x,
    height: Math.min(region.height, bounds.y + bounds.height + rim) - y,
  };
  const inner = cropMask(region, box);
  const near = cropMask(material, box);
  const ring = subtract(dilate(inner, slack), inner);
  const { parts } = components(intersect(ring, light ? near : invert(near)));
  return { parts: parts.filter((part) => part.area >= 4), box };
}
