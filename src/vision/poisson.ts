import type { Mask } from "./mask.js";
import { type Plane, plane } from "./plane.js";

/**
 * Seamless cloning: inside the mask the result has the gradients of `source` and on the mask's border the values
 * of `target`; outside it is `target`, bit for bit. Solved as a membrane: source + h with h harmonic inside and
 * h = target − source on the border (Poisson editing with the source's gradients). All three have one size. Where
 * the mask touches the edge of the image nothing is fixed there (no-flux border).
 */
export function seamlessClone(target: Plane, source: Plane, inside: Mask): Plane {
  const h = plane(target.width, target.height);
  for (let i = 0; i < h.data.length; i++) h.data[i] = inside.data[i] ? 0 : target.data[i] - source.data[i];
  const filled = membrane(h, inside);
  const out = plane(target.width, target.height);
  for (let i = 0; i < out.data.length; i++)
    out.data[i] = inside.data[i] ? source.data[i] + filled.data[i] : target.data[i];
  return out;
}

/**
 * Fills the inside of the mask with the smoothest surface that meets the values around it (Laplace's equation):
 * a half-size solution first, then red-black over-relaxation until no pixel moves by more than `tolerance`.
 * Deterministic. An image that is all inside comes back as zeros.
 */
export function membrane(values: Plane, inside: Mask, tolerance = 0.02, mostSweeps = 400): Plane {
  const { width, height } = values;
  const data = Float32Array.from(values.data);
  let unknown = 0;
  for (const v of inside.data) unknown += v;
  if (unknown === 0) return { width, height, data };
  if (unknown === data.length) return plane(width, height);
  if (unknown > 64 && Math.min(width, height) >= 8) startFromHalfSize(values, inside, data, tolerance);
  const reds: number[] = [];
  const blacks: number[] = [];
  for (let i = 0; i < data.length; i++)
    if (inside.data[i]) ((i % width) + Math.floor(i / width)) % 2 ? blacks.push(i) : reds.push(i);
  const across = Math.sqrt(unknown);
  const omega = 2 / (1 + Math.sin(Math.PI / Math.max(3, across + 1)));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let moved = 0;
    for (const cells of [reds, blacks])
      for (const i of cells) {
        const x = i % width;
        let sum = 0;
        let n = 0;
        if (x > 0) {
          sum += data[i - 1];
          n++;
        }
        if (x < width - 1) {
          sum += data[i + 1];
          n++;
        }
        if (i >= width) {
          sum += data[i - width];
          n++;
        }
        if (i < data.length - width) {
          sum += data[i + width];
          n++;
        }
        const step = omega * (sum / n - data[i]);
        data[i] = data[i] + step;
        if (Math.abs(step) > moved) moved = Math.abs(step);
      }
    if (moved < tolerance) break;
  }
  return { width, height, data };
}

function startFromHalfSize(values: Plane, inside: Mask, data: Float32Array, tolerance: number): void {
  const { width, height } = values;
  const w = (width + 1) >> 1;
  const h = (height + 1) >> 1;
  const small = plane(w, h);
  const smallInside: Mask = { width: w, height: h, data: new Uint8Array(w * h) };
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      let sum = 0;
      let n = 0;
      for (const [u, v] of [
        [2 * x, 2 * y],
        [2 * x + 1, 2 * y],
        [2 * x, 2 * y + 1],
        [2 * x + 1, 2 * y + 1],
      ] as const) {
        if (u >= width || v >= height || inside.data[v * width + u]) continue;
        sum += values.data[v * width + u];
        n++;
      }
      if (n > 0) small.data[y * w + x] = sum / n;
      else smallInside.data[y * w + x] = 1;
    }
  const solved = membrane(small, smallInside, tolerance, 200);
  for (let i = 0; i < data.length; i++)
    if (inside.data[i]) data[i] = solved.data[(Math.floor(i / width) >> 1) * w + ((i % width) >> 1)];
}
