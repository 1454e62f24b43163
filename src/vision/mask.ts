import { distanceTo } from "./distance.js";
import { gaussianBlur } from "./filter.js";
import type { Box, Plane } from "./plane.js";

/** A binary image: 1 inside, 0 outside. */
export type Mask = Readonly<{ width: number; height: number; data: Uint8Array }>;

export function mask(width: number, height: number, fill: 0 | 1 = 0): Mask {
  const data = new Uint8Array(width * height);
  if (fill) data.fill(1);
  return { width, height, data };
}

export function threshold(p: Plane, level: number): Mask {
  const data = new Uint8Array(p.data.length);
  for (let i = 0; i < data.length; i++) data[i] = p.data[i] > level ? 1 : 0;
  return { width: p.width, height: p.height, data };
}

export function area(m: Mask): number {
  let n = 0;
  for (const v of m.data) n += v;
  return n;
}

/** Smallest box around the mask, or undefined when it is empty. */
export function boundsOf(m: Mask): Box | undefined {
  let x0 = m.width;
  let y0 = m.height;
  let x1 = -1;
  let y1 = -1;
  for (let y = 0; y < m.height; y++)
    for (let x = 0; x < m.width; x++)
      if (m.data[y * m.width + x]) {
        if (x < x0) x0 = x;
        if (x > x1) x1 = x;
        if (y < y0) y0 = y;
        if (y > y1) y1 = y;
      }
  return x1 < 0 ? undefined : { x: x0, y: y0, width: x1 - x0 + 1, height: y1 - y0 + 1 };
}

/** Centre of mass; the middle of the image for an empty mask. */
export function centroid(m: Mask): { x: number; y: number } {
  let sx = 0;
  let sy = 0;
  let n = 0;
  for (let y = 0; y < m.height; y++)
    for (let x = 0; x < m.width; x++)
      if (m.data[y * m.width + x]) {
        sx += x;
        sy += y;
        n++;
      }
  return n === 0 ? { x: (m.width - 1) / 2, y: (m.height - 1) / 2 } : { x: sx / n, y: sy / n };
}

export function invert(m: Mask): Mask {
  return { width: m.width, height: m.height, data: m.data.map((v) => 1 - v) };
}

export function intersect(a: Mask, b: Mask): Mask {
  return { width: a.width, height: a.height, data: a.data.map((v, i) => v & b.data[i]) };
}

export function union(a: Mask, b: Mask): Mask {
  return { width: a.width, height: a.height, data: a.data.map((v, i) => v | b.data[i]) };
}

export function subtract(a: Mask, b: Mask): Mask {
  return { width: a.width, height: a.height, data: a.data.map((v, i) => v & ~b.data[i] & 1) };
}

/** Grows by a disc of `radius` pixels (exact Euclidean). */
export function dilate(m: Mask, radius: number): Mask {
  const d = distanceTo(m);
  const data = new Uint8Array(m.data.length);
  for (let i = 0; i < data.length; i++) data[i] = d.data[i] <= radius + 1e-6 ? 1 : 0;
  return { width: m.width, height: m.height, data };
}

/** Shrinks by a disc of `radius` pixels; outside the image counts as inside. */
export function erode(m: Mask, radius: number): Mask {
  return invert(dilate(invert(m), radius));
}

export function open(m: Mask, radius: number): Mask {
  return dilate(erode(m, radius), radius);
}

export function close(m: Mask, radius: number): Mask {
  return erode(dilate(m, radius), radius);
}

/** 1 inside, 0 outside, with an edge of the given softness (standard deviation in pixels). */
export function softEdge(m: Mask, sigma: number): Plane {
  const p: Plane = { width: m.width, height: m.height, data: Float32Array.from(m.data) };
  return gaussianBlur(p, sigma);
}

/** Intersection over union; 0 for two empty masks. */
export function overlap(a: Mask, b: Mask): number {
  let both = 0;
  let any = 0;
  for (let i = 0; i < a.data.length; i++) {
    both += a.data[i] & b.data[i];
    any += a.data[i] | b.data[i];
  }
  return any === 0 ? 0 : both / any;
}

/** Majority of the 3×3 neighbourhood: removes single-pixel specks. */
export function majority(m: Mask): Mask {
  const out = new Uint8Array(m.data.length);
  for (let y = 0; y < m.height; y++)
    for (let x = 0; x < m.width; x++) {
      let n = 0;
      let count = 0;
      for (let v = Math.max(0, y - 1); v <= Math.min(m.height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(m.width - 1, x + 1); u++) {
          n += m.data[v * m.width + u];
          count++;
        }
      out[y * m.width + x] = 2 * n > count ? 1 : 2 * n < count ? 0 : m.data[y * m.width + x];
    }
  return { width: m.width, height: m.height, data: out };
}

/** The part of `m` under `box`; 0 outside the image. */
export function cropMask(m: Mask, box: Box): Mask {
  const out = mask(box.width, box.height);
  for (let y = 0; y < box.height; y++)
    for (let x = 0; x < box.width; x++) {
      const sx = box.x + x;
      const sy = box.y + y;
      if (sx >= 0 && sy >= 0 && sx < m.width && sy < m.height)
        out.data[y * box.width + x] = m.data[sy * m.width + sx];
    }
  return out;
}
