import { type Box, boundsOf, components, intersect, type Mask, mask } from "../../vision/index.js";
import { enclosedArea, enclosingCircle, outerBorder } from "./contour.js";

/** How large the window around a defect is: a multiple of its longer side, or a fixed size in pixels. */
export type Grid = Readonly<{ ratio: number }> | Readonly<{ width: number; height: number }>;

/**
 * The window of a defect (contract 6.1): `g = ⌊longer side · ratio⌋` square about the middle of the mask's box,
 * moved into the picture, cut where it is larger than the picture. The middle of an even box rounds half to even.
 * Undefined for an empty mask. A window of less than 2 pixels is made 2, so that something can be drawn.
 */
export function windowOf(m: Mask, grid: Grid): Box | undefined {
  const box = boundsOf(m);
  if (!box) return undefined;
  const side = (ratio: number): number => Math.max(2, Math.floor(Math.max(box.width, box.height) * ratio));
  const [w, h] = "ratio" in grid ? [side(grid.ratio), side(grid.ratio)] : [grid.width, grid.height];
  const cx = roundHalfEven(box.x + (box.width - 1) / 2);
  const cy = roundHalfEven(box.y + (box.height - 1) / 2);
  const x = Math.max(0, Math.min(cx - (w >> 1), m.width - w));
  const y = Math.max(0, Math.min(cy - (h >> 1), m.height - h));
  return { x, y, width: Math.min(m.width, x + w) - x, height: Math.min(m.height, y + h) - y };
}

export function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

/**
 * The pixels that may change (contract 6.1): around every part of the mask whose border encloses an area, a disc about
 * the middle of its smallest circle with twice the radius; inside the window. Lines of one pixel give none.
 * `m` and the result have the size of the picture.
 */
export function enlargedMask(m: Mask, window: Box): Mask {
  const out = mask(m.width, m.height);
  const inside = mask(m.width, m.height);
  for (let y = window.y; y < window.y + window.height; y++)
    inside.data.fill(1, y * m.width + window.x, y * m.width + window.x + window.width);
  for (const part of components(intersect(m, inside)).parts) {
    const border = outerBorder(part, m.width);
    if (enclosedArea(border) === 0) continue;
    const circle = enclosingCircle(border);
    disc(out, Math.floor(circle.x), Math.floor(circle.y), Math.floor(2 * circle.r));
  }
  return intersect(out, inside);
}

function disc(out: Mask, cx: number, cy: number, r: number): void {
  for (let y = Math.max(0, cy - r); y <= Math.min(out.height - 1, cy + r); y++)
    for (let x = Math.max(0, cx - r); x <= Math.min(out.width - 1, cx + r); x++)
      if ((x - cx) ** 2 + (y - cy) ** 2 <= r * r) out.data[y * out.width + x] = 1;
}
