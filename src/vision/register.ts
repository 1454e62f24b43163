import { type Plane, plane } from "./plane.js";

/** `fixed(x, y)` looks like `moving(x + dx, y + dy)`; `cost` is the mean truncated difference in grey levels. */
export type Shift = Readonly<{ dx: number; dy: number; cost: number }>;

/** Differences beyond this many grey levels count as this many: a defect must not pull the registration. */
const TRUNCATE = 96;

/**
 * Finds the whole-pixel translation, at most `max` per axis, with the least mean absolute difference over the
 * overlap. Coarse to fine (halved until the search is at most 4 pixels, then ±2 per level). Among equals the
 * smaller shift wins, and each pixel of shift has to lower the cost by the share `reluctance`: a regular pitch
 * must not tempt it a period away.
 */
export function registerShift(fixed: Plane, moving: Plane, max: number, reluctance = 0.005): Shift {
  if (fixed.width !== moving.width || fixed.height !== moving.height)
    throw new RangeError("images of one size are needed");
  const limit = Math.max(0, Math.min(max, Math.floor(Math.min(fixed.width, fixed.height) / 3)));
  const pyramid: [Plane, Plane][] = [[fixed, moving]];
  let reach = limit;
  while (reach > 8 && Math.min(pyramid[0]![0].width, pyramid[0]![0].height) >= 48) {
    const [f, m] = pyramid[0] as [Plane, Plane];
    pyramid.unshift([halve(f), halve(m)]);
    reach = Math.ceil(reach / 2);
  }
  let best: Shift = { dx: 0, dy: 0, cost: Infinity };
  pyramid.forEach(([f, m], level) => {
    const scale = 2 ** (pyramid.length - 1 - level);
    const bound = Math.ceil(limit / scale);
    const [cx, cy, r] = level === 0 ? [0, 0, bound] : [best.dx * 2, best.dy * 2, 2];
    best = { dx: 0, dy: 0, cost: Infinity };
    let bestKey = Infinity;
    for (let dy = Math.max(-bound, cy - r); dy <= Math.min(bound, cy + r); dy++)
      for (let dx = Math.max(-bound, cx - r); dx <= Math.min(bound, cx + r); dx++) {
        const cost = difference(f, m, dx, dy);
        const far = scale * (Math.abs(dx) + Math.abs(dy));
        const key = cost * (1 + reluctance * far) + 1e-3 * far;
        if (key < bestKey) {
          bestKey = key;
          best = { dx, dy, cost };
        }
      }
  });
  return best;
}

/** The same, refined to a fraction of a pixel by a parabola through the neighbouring costs. */
export function registerSubpixel(fixed: Plane, moving: Plane, max: number): Shift {
  const { dx, dy, cost } = registerShift(fixed, moving, max);
  const vertex = (low: number, high: number): number => {
    const bend = low - 2 * cost + high;
    return bend > 1e-9 ? Math.max(-0.5, Math.min(0.5, (low - high) / (2 * bend))) : 0;
  };
  return {
    dx: dx + vertex(difference(fixed, moving, dx - 1, dy), difference(fixed, moving, dx + 1, dy)),
    dy: dy + vertex(difference(fixed, moving, dx, dy - 1), difference(fixed, moving, dx, dy + 1)),
    cost,
  };
}

function difference(f: Plane, m: Plane, dx: number, dy: number): number {
  const x0 = Math.max(0, -dx);
  const x1 = Math.min(f.width, f.width - dx);
  const y0 = Math.max(0, -dy);
  const y1 = Math.min(f.height, f.height - dy);
  let sum = 0;
  for (let y = y0; y < y1; y++) {
    const a = y * f.width;
    const b = (y + dy) * f.width + dx;
    for (let x = x0; x < x1; x++) {
      const d = Math.abs(f.data[a + x] - m.data[b + x]);
      sum += Math.min(d, TRUNCATE);
    }
  }
  return sum / Math.max(1, (x1 - x0) * (y1 - y0));
}

/** Half size by 2×2 means; an odd last row or column is dropped. */
export function halve(p: Plane): Plane {
  const out = plane(Math.max(1, p.width >> 1), Math.max(1, p.height >> 1));
  for (let y = 0; y < out.height; y++)
    for (let x = 0; x < out.width; x++) {
      const i = 2 * y * p.width + 2 * x;
      out.data[y * out.width + x] =
        (p.data[i] + p.data[i + 1] + p.data[i + p.width] + p.data[i + p.width + 1]) / 4;
    }
  return out;
}
