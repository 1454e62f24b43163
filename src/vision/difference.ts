import { clampIndex, cropPlane, type Plane, plane } from "./plane.js";

/**
 * For every pixel of `a` the least absolute difference to a pixel of `b` within `radius` of the corresponding
 * place `(x + dx, y + dy)`: edges that are at most `radius` off vanish, new or lost material stays. Borders of
 * `b` repeat.
 */
export function tolerantDifference(
  a: Plane,
  b: Plane,
  radius: number,
  shift: { dx: number; dy: number } = { dx: 0, dy: 0 },
): Plane {
  const out = plane(a.width, a.height);
  // A frame of repeated borders around the shifted `b` keeps the inner loop free of tests.
  const frame = cropPlane(b, {
    x: shift.dx - radius,
    y: shift.dy - radius,
    width: a.width + 2 * radius,
    height: a.height + 2 * radius,
  });
  const values = frame.data;
  for (let y = 0; y < a.height; y++)
    for (let x = 0; x < a.width; x++) {
      const v = a.data[y * a.width + x];
      let best = Infinity;
      for (let row = y; row <= y + 2 * radius; row++) {
        const end = row * frame.width + x + 2 * radius;
        for (let i = row * frame.width + x; i <= end; i++) {
          const d = Math.abs(v - values[i]);
          if (d < best) best = d;
        }
      }
      out.data[y * a.width + x] = best;
    }
  return out;
}

/**
 * The tolerant difference both ways, in the frame of `a`: the larger of "nothing like this pixel of `a` in `b`"
 * and "nothing like this pixel of `b` in `a`". The second finds thin material that is gone.
 */
export function mutualDifference(
  a: Plane,
  b: Plane,
  radius: number,
  shift: { dx: number; dy: number } = { dx: 0, dy: 0 },
): Plane {
  const forth = tolerantDifference(a, b, radius, shift);
  const back = tolerantDifference(b, a, radius, { dx: -shift.dx, dy: -shift.dy });
  for (let y = 0; y < a.height; y++)
    for (let x = 0; x < a.width; x++) {
      const u = x + shift.dx;
      const v = y + shift.dy;
      if (u < 0 || v < 0 || u >= b.width || v >= b.height) continue;
      const i = y * a.width + x;
      const d = back.data[v * b.width + u];
      if (d > forth.data[i]) forth.data[i] = d;
    }
  return forth;
}

/** `p` moved so that `out(x, y) = p(x + dx, y + dy)`; borders repeat. */
export function translate(p: Plane, dx: number, dy: number): Plane {
  const out = plane(p.width, p.height);
  for (let y = 0; y < p.height; y++) {
    const row = clampIndex(y + dy, p.height) * p.width;
    for (let x = 0; x < p.width; x++) out.data[y * p.width + x] = p.data[row + clampIndex(x + dx, p.width)];
  }
  return out;
}

/** Normalised cross-correlation of two equal-sized planes, −1 … 1; 0 when one of them is flat. */
export function correlation(a: Plane, b: Plane): number {
  const n = a.data.length;
  let ma = 0;
  let mb = 0;
  for (let i = 0; i < n; i++) {
    ma += a.data[i];
    mb += b.data[i];
  }
  ma /= n;
  mb /= n;
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < n; i++) {
    const u = a.data[i] - ma;
    const v = b.data[i] - mb;
    ab += u * v;
    aa += u * u;
    bb += v * v;
  }
  return aa < 1e-6 || bb < 1e-6 ? 0 : ab / Math.sqrt(aa * bb);
}
