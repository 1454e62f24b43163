import type { Mat4, Vec3 } from "./model.js";

/** Row vectors throughout, as in OpenUSD: `p · a · b` is first a, then b. */
export const IDENTITY: Mat4 = Object.freeze([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);

/** First the left, then the right: `multiply(local, parentWorld)`. Any number of factors. */
export function multiply(first: Mat4, ...more: readonly Mat4[]): Mat4 {
  return more.reduce<Mat4>((a, b) => {
    const out = new Array<number>(16);
    for (let row = 0; row < 16; row += 4)
      for (let column = 0; column < 4; column++)
        out[row + column] =
          a[row]! * b[column]! +
          a[row + 1]! * b[4 + column]! +
          a[row + 2]! * b[8 + column]! +
          a[row + 3]! * b[12 + column]!;
    return out;
  }, first);
}

export function translation([x, y, z]: Vec3): Mat4 {
  return [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, x, y, z, 1];
}

export function scaling([x, y, z]: Vec3): Mat4 {
  return [x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0, 0, 0, 0, 1];
}

/** Counter-clockwise seen from the axis' positive end. Axis 0, 1, 2: X, Y, Z. */
export function rotation(axis: 0 | 1 | 2, degrees: number): Mat4 {
  const angle = (degrees * Math.PI) / 180;
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const [i, j] = [(axis + 1) % 3, (axis + 2) % 3] as const;
  const out = [...IDENTITY];
  out[i * 4 + i] = c;
  out[i * 4 + j] = s;
  out[j * 4 + i] = -s;
  out[j * 4 + j] = c;
  return out;
}

/** Counter-clockwise about any axis (need not be of unit length) through the origin: Rodrigues' formula. */
export function rotationAbout([x, y, z]: Vec3, degrees: number): Mat4 {
  const length = Math.hypot(x, y, z);
  const [a, b, c] = [x / length, y / length, z / length];
  const angle = (degrees * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const t = 1 - cos;
  return [
    ...[t * a * a + cos, t * a * b + sin * c, t * a * c - sin * b, 0],
    ...[t * a * b - sin * c, t * b * b + cos, t * b * c + sin * a, 0],
    ...[t * a * c + sin * b, t * b * c - sin * a, t * c * c + cos, 0],
    ...[0, 0, 0, 1],
  ];
}

/** `m` about a fixed point. */
export function about([x, y, z]: Vec3, m: Mat4): Mat4 {
  return multiply(translation([-x, -y, -z]), m, translation([x, y, z]));
}

/** The inverse of an affine matrix; undefined when it flattens space. */
export function invert(m: Mat4): Mat4 | undefined {
  const [a, b, c, , d, e, f, , g, h, i] = m;
  const [m0, m1, m2] = [e! * i! - f! * h!, f! * g! - d! * i!, d! * h! - e! * g!];
  const determinant = a! * m0 + b! * m1 + c! * m2;
  if (!(Math.abs(determinant) > 1e-300)) return undefined;
  const k = 1 / determinant;
  const r = [
    ...[m0 * k, (c! * h! - b! * i!) * k, (b! * f! - c! * e!) * k, 0],
    ...[m1 * k, (a! * i! - c! * g!) * k, (c! * d! - a! * f!) * k, 0],
    ...[m2 * k, (b! * g! - a! * h!) * k, (a! * e! - b! * d!) * k, 0],
  ];
  const [x, y, z] = [m[12]!, m[13]!, m[14]!];
  const back = [0, 1, 2].map((n) => -(x * r[n]! + y * r[4 + n]! + z * r[8 + n]!));
  return [...r, ...back, 1];
}

export function transformPoint([x, y, z]: Vec3, m: Mat4): Vec3 {
  return [
    x * m[0]! + y * m[4]! + z * m[8]! + m[12]!,
    x * m[1]! + y * m[5]! + z * m[9]! + m[13]!,
    x * m[2]! + y * m[6]! + z * m[10]! + m[14]!,
  ];
}

/** Without the translation. */
export function transformDirection([x, y, z]: Vec3, m: Mat4): Vec3 {
  return [
    x * m[0]! + y * m[4]! + z * m[8]!,
    x * m[1]! + y * m[5]! + z * m[9]!,
    x * m[2]! + y * m[6]! + z * m[10]!,
  ];
}

/** All points of a mesh, 3 numbers each, transformed. */
export function transformPoints(points: ArrayLike<number>, m: Mat4): Float64Array {
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    const x = points[i]!;
    const y = points[i + 1]!;
    const z = points[i + 2]!;
    out[i] = x * m[0]! + y * m[4]! + z * m[8]! + m[12]!;
    out[i + 1] = x * m[1]! + y * m[5]! + z * m[9]! + m[13]!;
    out[i + 2] = x * m[2]! + y * m[6]! + z * m[10]! + m[14]!;
  }
  return out;
}
