import type { ContractParams, Matrix3 } from "./types.js";

export const IDENTITY: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

export type Size = Readonly<{ width: number; height: number }>;

/** `a` after `b`, scaled so that the last number is 1. */
export function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  const out: number[] = [];
  for (let r = 0; r < 9; r += 3)
    for (let c = 0; c < 3; c++) out.push(a[r]! * b[c]! + a[r + 1]! * b[3 + c]! + a[r + 2]! * b[6 + c]!);
  return normalised(out);
}

/** The inverse map. Throws RangeError for a map that flattens the plane. */
export function invert(m: Matrix3): Matrix3 {
  const [a, b, c, d, e, f, g, h, i] = m;
  const A = e * i - f * h;
  const B = f * g - d * i;
  const C = d * h - e * g;
  const det = a * A + b * B + c * C;
  if (!(Math.abs(det) > 1e-12)) throw new RangeError("the map has no inverse");
  return normalised(
    [A, c * h - b * i, b * f - c * e, B, a * i - c * g, c * d - a * f, C, b * g - a * h, a * e - b * d].map(
      (v) => v / det,
    ),
  );
}

function normalised(m: readonly number[]): Matrix3 {
  return m.map((v) => v / m[8]!) as unknown as Matrix3;
}

/** Where `m` puts the pixel index (x, y). */
export function mapPoint(m: Matrix3, x: number, y: number): readonly [x: number, y: number] {
  const w = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}

/** The map of contract 4.2 from a moving picture of one size into a photo of another. */
export function fromParams(p: ContractParams, moving: Size, fixed: Size): Matrix3 {
  const t = (p.rotation_deg * Math.PI) / 180;
  const a = p.scaleX * Math.cos(t);
  const b = -p.scaleX * Math.sin(t);
  const d = p.scaleY * Math.sin(t);
  const e = p.scaleY * Math.cos(t);
  const cx = moving.width / 2;
  const cy = moving.height / 2;
  return [
    a,
    b,
    fixed.width / 2 + p.tx - a * cx - b * cy,
    d,
    e,
    fixed.height / 2 + p.ty - d * cx - e * cy,
    0,
    0,
    1,
  ];
}

/**
 * The map of contract 4.2 that is closest to `m` (least squares over a grid on the moving picture) and the largest
 * distance between the two on that grid, pixels of the photo. Alternates the linear part (scales and shift for a given
 * angle) with Newton steps on the angle; maps of the contract's kind come back exactly.
 */
export function closestParams(
  m: Matrix3,
  moving: Size,
  fixed: Size,
): { params: ContractParams; residual: number } {
  const points: [number, number, number, number][] = [];
  const [cx, cy] = [moving.width / 2, moving.height / 2];
  for (let j = 0; j <= 8; j++)
    for (let i = 0; i <= 8; i++) {
      const x = (i / 8) * (moving.width - 1);
      const y = (j / 8) * (moving.height - 1);
      const [X, Y] = mapPoint(m, x, y);
      points.push([x - cx, y - cy, X - fixed.width / 2, Y - fixed.height / 2]);
    }
  const scalesAt = (angle: number) => fitScales(points, angle);
  // The angle of the affine part at the centre, then a search that narrows: the error is smooth and has one valley.
  const [ox, oy] = mapPoint(m, cx, cy);
  const [ex, ey] = mapPoint(m, cx + 1, cy);
  const [fx, fy] = mapPoint(m, cx, cy + 1);
  let angle = Math.atan2(ey - oy - (fx - ox), ex - ox + (fy - oy));
  for (let step = 0.02; step > 1e-12; ) {
    const here = scalesAt(angle).error;
    if (scalesAt(angle + step).error < here) angle += step;
    else if (scalesAt(angle - step).error < here) angle -= step;
    else step /= 4;
  }
  const best = scalesAt(angle);
  const params = {
    scaleX: best.sx,
    scaleY: best.sy,
    rotation_deg: (angle * 180) / Math.PI,
    tx: best.tx,
    ty: best.ty,
  };
  const back = fromParams(params, moving, fixed);
  let residual = 0;
  for (const [dx, dy, X, Y] of points) {
    const [u, v] = mapPoint(back, dx + cx, dy + cy);
    residual = Math.max(residual, Math.hypot(u - X - fixed.width / 2, v - Y - fixed.height / 2));
  }
  return { params, residual };
}

/** Scale and shift of each axis by linear regression, for a given angle. */
function fitScales(points: readonly (readonly [number, number, number, number])[], angle: number) {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const x = regress(points.map(([dx, dy, X]) => [c * dx - s * dy, X]));
  const y = regress(points.map(([dx, dy, , Y]) => [s * dx + c * dy, Y]));
  return { sx: x.slope, tx: x.start, sy: y.slope, ty: y.start, error: x.error + y.error };
}

function regress(pairs: readonly (readonly [number, number])[]) {
  const n = pairs.length;
  const mu = pairs.reduce((sum, [u]) => sum + u, 0) / n;
  const mv = pairs.reduce((sum, [, v]) => sum + v, 0) / n;
  let uu = 0;
  let uv = 0;
  for (const [u, v] of pairs) {
    uu += (u - mu) ** 2;
    uv += (u - mu) * (v - mv);
  }
  const slope = uv / uu;
  const error = pairs.reduce((sum, [u, v]) => sum + (v - mv - slope * (u - mu)) ** 2, 0);
  return { slope, start: mv - slope * mu, error };
}
