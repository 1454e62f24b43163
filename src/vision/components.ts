import type { Mask } from "./mask.js";
import type { Box } from "./plane.js";

/** One connected part of a mask. `pixels` are indices into the image. */
export type Component = Readonly<{ id: number; area: number; box: Box; pixels: Int32Array }>;

/** Connected parts (8 neighbours by default), in the order of their first pixel. `labels` is 0 outside, id inside. */
export function components(
  m: Mask,
  neighbours: 4 | 8 = 8,
): { labels: Int32Array; parts: readonly Component[] } {
  const { width, height, data } = m;
  const labels = new Int32Array(data.length);
  const stack = new Int32Array(data.length);
  const parts: Component[] = [];
  for (let start = 0; start < data.length; start++) {
    if (!data[start] || labels[start]) continue;
    const id = parts.length + 1;
    let top = 0;
    const found: number[] = [];
    let x0 = width;
    let y0 = height;
    let x1 = 0;
    let y1 = 0;
    stack[top++] = start;
    labels[start] = id;
    while (top > 0) {
      const i = stack[--top];
      found.push(i);
      const x = i % width;
      const y = (i - x) / width;
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          if ((dx === 0 && dy === 0) || (neighbours === 4 && dx !== 0 && dy !== 0)) continue;
          const u = x + dx;
          const v = y + dy;
          if (u < 0 || v < 0 || u >= width || v >= height) continue;
          const j = v * width + u;
          if (data[j] && !labels[j]) {
            labels[j] = id;
            stack[top++] = j;
          }
        }
    }
    parts.push({
      id,
      area: found.length,
      box: { x: x0, y: y0, width: x1 - x0 + 1, height: y1 - y0 + 1 },
      pixels: Int32Array.from(found),
    });
  }
  return { labels, parts };
}

/** The mask made of the given parts. */
export function maskOf(m: Mask, parts: readonly Component[]): Mask {
  const data = new Uint8Array(m.data.length);
  for (const part of parts) for (const i of part.pixels) data[i] = 1;
  return { width: m.width, height: m.height, data };
}
