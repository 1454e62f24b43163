import {
  type Box,
  closeBy,
  cropMask,
  dilateBy,
  erodeBy,
  type Mask,
  mask,
  openBy,
  squareElement,
} from "../../vision/index.js";
import type { Change } from "./augment.js";
import type { Morph } from "./parameters.js";

/**
 * What a change makes of a shape, under `box` of its canvas (which must hold the box). Every wanted pixel is traced
 * back to the shape, so a shape blown up beyond the image costs no more than the image.
 */
export function renderChange(shape: Mask, change: Change, box: Box): Mask {
  if (!change.morph) return traced(shape, change, box);
  // Opening and closing look twice as far as the kernel reaches; the canvas ends where it ends.
  const margin = 2 * change.kernel;
  const x = Math.max(0, box.x - margin);
  const y = Math.max(0, box.y - margin);
  const wide: Box = {
    x,
    y,
    width: Math.min(change.width, box.x + box.width + margin) - x,
    height: Math.min(change.height, box.y + box.height + margin) - y,
  };
  const done = MORPH[change.morph](traced(shape, change, wide), squareElement(change.kernel));
  return cropMask(done, { ...box, x: box.x - x, y: box.y - y });
}

const MORPH: Readonly<Record<Morph, typeof openBy>> = {
  dilate: (m, element) => dilateBy(m, element),
  erode: (m, element) => erodeBy(m, element),
  open: openBy,
  close: closeBy,
};

function traced(shape: Mask, { columns, rows, warps }: Change, box: Box): Mask {
  const out = mask(box.width, box.height);
  // Sizes that each warp reads from.
  const sizes = warps.map((_, i) =>
    i === 0
      ? { width: columns.length, height: rows.length }
      : (warps[i - 1] as { width: number; height: number }),
  );
  for (let v = 0, o = 0; v < box.height; v++)
    pixel: for (let u = 0; u < box.width; u++, o++) {
      let x = box.x + u;
      let y = box.y + v;
      for (let i = warps.length - 1; i >= 0; i--) {
        const { source } = warps[i];
        const sx = source.x(x, y);
        y = source.y(x, y);
        x = sx;
        if (x < 0 || y < 0 || x >= sizes[i].width || y >= sizes[i].height) continue pixel;
      }
      const column = columns[x];
      const row = rows[y];
      if (column >= 0 && row >= 0) out.data[o] = shape.data[row * shape.width + column];
    }
  return out;
}
