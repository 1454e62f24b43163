import type { Random } from "../../kit/random.js";
import { boxBlur, type Mask, type Plane, plane } from "../../vision/index.js";

/**
 * What one channel would show if a material were everywhere: its local mean (the overall one where there is none
 * nearby) and the grain of its own pixels, moved by one jump so that texture stays texture.
 */
export function localMaterial(p: Plane, where: Mask, otherwise: number, random: Random): Plane {
  const { width, height } = p;
  const radius = Math.max(4, Math.round(Math.min(width, height) / 6));
  const weight = boxBlur({ ...p, data: Float32Array.from(where.data) }, radius);
  const value = boxBlur({ ...p, data: p.data.map((v, i) => (where.data[i] ? v : 0)) }, radius);
  const mean = value.data.map((v, i) => (v + 0.02 * otherwise) / (weight.data[i]! + 0.02));
  const donors: number[] = [];
  for (let i = 0; i < where.data.length; i++) if (where.data[i]) donors.push(i);
  const jump = { x: random.int(41) - 20, y: random.int(41) - 20 };
  const out = plane(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      let grain = 0;
      if (donors.length > 0) {
        const [u, v] = [x + jump.x, y + jump.y];
        const inside = u >= 0 && v >= 0 && u < width && v < height && where.data[v * width + u];
        const j = inside ? v * width + u : donors[random.int(donors.length)]!;
        grain = p.data[j]! - mean[j]!;
      }
      out.data[i] = mean[i]! + grain;
    }
  return out;
}
