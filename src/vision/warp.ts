import type { Random } from "../kit/random.js";
import { gaussianBlur } from "./filter.js";
import type { Mask } from "./mask.js";
import { type Plane, plane, sample } from "./plane.js";

/** Maps a place of the result to a place of the source: x' = a·x + b·y + c, y' = d·x + e·y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Displacement of every result pixel before the affine map, in pixels. */
export type Wobble = Readonly<{ dx: Plane; dy: Plane }>;

/**
 * The map that turns about `from` by `angle` radians (clockwise on screen), scales by `sx`, `sy` along the source
 * axes (negative mirrors), and puts `from` at `to`.
 */
export function placing(
  from: { x: number; y: number },
  to: { x: number; y: number },
  angle: number,
  sx: number,
  sy: number = sx,
): Affine {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const a = c / sx;
  const b = s / sx;
  const d = -s / sy;
  const e = c / sy;
  return [a, b, from.x - a * to.x - b * to.y, d, e, from.y - d * to.x - e * to.y];
}

/** Warps a plane into a `width` × `height` result, bilinear, repeated borders. */
export function warpPlane(p: Plane, map: Affine, width: number, height: number, wobble?: Wobble): Plane {
  const out = plane(width, height);
  const [a, b, c, d, e, f] = map;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const u = x + (wobble ? wobble.dx.data[i] : 0);
      const v = y + (wobble ? wobble.dy.data[i] : 0);
      out.data[i] = sample(p, a * u + b * v + c, d * u + e * v + f);
    }
  return out;
}

/** Warps a mask (0 outside it), threshold at one half. */
export function warpMask(m: Mask, map: Affine, width: number, height: number, wobble?: Wobble): Mask {
  const out = new Uint8Array(width * height);
  const [a, b, c, d, e, f] = map;
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= m.width || y >= m.height ? 0 : m.data[y * m.width + x];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const u = x + (wobble ? wobble.dx.data[i] : 0);
      const v = y + (wobble ? wobble.dy.data[i] : 0);
      const sx = a * u + b * v + c;
      const sy = d * u + e * v + f;
      if (sx < -1 || sy < -1 || sx > m.width || sy > m.height) continue;
      const x0 = Math.floor(sx);
      const y0 = Math.floor(sy);
      const fx = sx - x0;
      const fy = sy - y0;
      const value =
        (at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx) * (1 - fy) +
        (at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx) * fy;
      out[i] = value >= 0.5 ? 1 : 0;
    }
  return { width, height, data: out };
}

/** Smooth random displacements of about `amplitude` pixels (standard deviation) with waves of `sigma` pixels. */
export function elasticWobble(
  width: number,
  height: number,
  random: Random,
  amplitude: number,
  sigma: number,
): Wobble {
  const field = (): Plane => {
    const noise = plane(width, height);
    for (let i = 0; i < noise.data.length; i++) noise.data[i] = random.range(-1, 1);
    const smooth = gaussianBlur(noise, sigma);
    let power = 0;
    for (const v of smooth.data) power += v * v;
    const scale = amplitude / Math.max(1e-6, Math.sqrt(power / smooth.data.length));
    for (let i = 0; i < smooth.data.length; i++) smooth.data[i] = smooth.data[i] * scale;
    return smooth;
  };
  return { dx: field(), dy: field() };
}
