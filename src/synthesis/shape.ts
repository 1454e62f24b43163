import type { Random } from "../kit/random.js";
import { boundsOf, elasticWobble, type Mask, mask, placing, warpMask } from "../vision/index.js";
import type { Exemplar, Point, Span } from "./types.js";

/** How a mask was varied; kept in the provenance. Angles in radians, clockwise on screen. */
export type Variation = Readonly<{ angle: number; scaleX: number; scaleY: number; wobble: number }>;

/** A random turn, mirror image, size (0.7 … 1.4, sides apart by at most a fifth) and wobble. */
export function drawVariation(random: Random, turn = Math.PI): Variation {
  const size = Math.exp(random.range(Math.log(0.7), Math.log(1.4)));
  const stretch = Math.exp(random.range(-0.18, 0.18));
  return {
    angle: random.range(-turn, turn),
    scaleX: size * stretch,
    scaleY: (size / stretch) * (random.chance(0.5) ? -1 : 1),
    wobble: random.range(0.3, 1.1),
  };
}

/** The exemplar's mask on a canvas of the given size with the patch point `from` at `to`, turned, scaled, wobbled. */
export function stamp(
  m: Mask,
  from: Point,
  to: Point,
  v: Variation,
  size: { width: number; height: number },
  random: Random,
): Mask {
  const out = mask(size.width, size.height);
  const bounds = boundsOf(m);
  if (!bounds) return out;
  // Only the box that the mask can reach is drawn: crops may be large.
  const c = Math.cos(v.angle);
  const s = Math.sin(v.angle);
  const xs: number[] = [];
  const ys: number[] = [];
  for (const u of [bounds.x - from.x - 1, bounds.x + bounds.width - from.x + 1])
    for (const w of [bounds.y - from.y - 1, bounds.y + bounds.height - from.y + 1]) {
      xs.push(to.x + c * u * v.scaleX - s * w * v.scaleY);
      ys.push(to.y + s * u * v.scaleX + c * w * v.scaleY);
    }
  const slack = Math.ceil(3 * v.wobble) + 1;
  const x0 = Math.max(0, Math.floor(Math.min(...xs)) - slack);
  const y0 = Math.max(0, Math.floor(Math.min(...ys)) - slack);
  const x1 = Math.min(size.width, Math.ceil(Math.max(...xs)) + slack);
  const y1 = Math.min(size.height, Math.ceil(Math.max(...ys)) + slack);
  if (x1 <= x0 || y1 <= y0) return out;
  const map = placing(from, { x: to.x - x0, y: to.y - y0 }, v.angle, v.scaleX, v.scaleY);
  const wobble = v.wobble > 0.05 ? elasticWobble(x1 - x0, y1 - y0, random, v.wobble, 3) : undefined;
  const part = warpMask(m, map, x1 - x0, y1 - y0, wobble);
  for (let y = y0; y < y1; y++)
    for (let x = x0; x < x1; x++) out.data[y * size.width + x] = part.data[(y - y0) * part.width + x - x0];
  return out;
}

/** A ragged blob: up to three overlapping lumps with rough outlines, about `long` × `across` pixels. */
export function drawBlob(random: Random, long: number, across: number): Mask {
  const side = Math.ceil(long * 1.6) + 6;
  const out = mask(side, side);
  const c = (side - 1) / 2;
  const lumps = 1 + random.int(3);
  for (let k = 0; k < lumps; k++) {
    const far = lumps === 1 ? 0 : 0.22 * long;
    const cx = c + random.range(-far, far);
    const cy = c + random.range(-0.5, 0.5) * far * (across / long);
    const a = (long / 2) * (lumps === 1 ? 1 : random.range(0.5, 0.85));
    const b = (across / 2) * (lumps === 1 ? 1 : random.range(0.6, 1));
    const waves = [2, 3, 4, 5, 7].map((n) => [n, random.range(0, 0.5 / n), random.range(0, 2 * Math.PI)]);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const u = (x - cx) / a;
        const v = (y - cy) / b;
        const theta = Math.atan2(v, u);
        let r = 1;
        for (const [n, amplitude, phase] of waves) r += amplitude * Math.cos(n * theta + phase);
        if (u * u + v * v <= r * r) out.data[y * side + x] = 1;
      }
  }
  return out;
}

/** A wavering stroke between two points, drawn on a canvas of the given size; `width` in pixels. */
export function drawStroke(
  random: Random,
  from: Point,
  to: Point,
  width: number,
  size: { width: number; height: number },
): Mask {
  const out = mask(size.width, size.height);
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.max(1, Math.hypot(dx, dy));
  const steps = Math.ceil(length * 3);
  const sway = wander(random, steps + 1, 12, random.range(0.2, 0.7) * Math.min(1.5, 0.08 * length + 0.3));
  const swell = wander(random, steps + 1, 9, 0.13);
  const bow = random.range(-0.1, 0.1) * length;
  for (let s = 0; s <= steps; s++) {
    const t = s / steps;
    const off = (bow + 2 * sway[s]) * Math.sin(Math.PI * t);
    const cx = from.x + t * dx - (off * dy) / length;
    const cy = from.y + t * dy + (off * dx) / length;
    const ends = 1 + 0.3 * Math.abs(2 * t - 1) ** 3;
    const r = Math.max(0.8, (width / 2) * ends * (1 + swell[s]));
    const x0 = Math.max(0, Math.floor(cx - r));
    const x1 = Math.min(size.width - 1, Math.ceil(cx + r));
    const y0 = Math.max(0, Math.floor(cy - r));
    const y1 = Math.min(size.height - 1, Math.ceil(cy + r));
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++)
        if ((x - cx) ** 2 + (y - cy) ** 2 <= r * r) out.data[y * size.width + x] = 1;
  }
  return out;
}

/** `n` smooth random values of the given standard deviation, alike over about `grain` neighbours. */
function wander(random: Random, n: number, grain: number, deviation: number): Float32Array {
  const out = new Float32Array(n);
  const keep = Math.exp(-1 / grain);
  const push = Math.sqrt(1 - keep * keep);
  let v = random.normal();
  for (let i = 0; i < n; i++) {
    v = keep * v + push * random.normal();
    out[i] = Math.max(-2, Math.min(2, v)) * deviation;
  }
  return out;
}

/** A number in the span, small ones likelier (uniform in the logarithm). */
export function drawFrom(random: Random, [low, high]: Span): number {
  return Math.exp(random.range(Math.log(Math.max(0.5, low)), Math.log(Math.max(low + 0.01, high))));
}

/** Where the mask of an exemplar meets the material: its first anchor, else its lowest point. */
export function footOf(e: Exemplar): Point {
  return e.anchors[0] ?? { x: (e.mask.width - 1) / 2, y: e.mask.height - 1 };
}
