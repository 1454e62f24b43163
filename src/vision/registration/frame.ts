import type { Size } from "./matrix.js";
import { multiply } from "./matrix.js";
import type { Matrix3, Model } from "./types.js";

/**
 * Coordinates in which the search works: both pictures about their centres, in units of `radius` (half of the moving
 * picture's longer side), so that a step of one pixel at the border is `1 / radius` in every parameter.
 */
export type Frame = Readonly<{ radius: number; mx: number; my: number; fx: number; fy: number }>;

export function frameOf(moving: Size, fixed: Size): Frame {
  return {
    radius: Math.max(moving.width, moving.height) / 2,
    mx: (moving.width - 1) / 2,
    my: (moving.height - 1) / 2,
    fx: (fixed.width - 1) / 2,
    fy: (fixed.height - 1) / 2,
  };
}

/** A map of the frame as a map of pixel indices. */
export function toPixelMap({ radius: r, mx, my, fx, fy }: Frame, n: Matrix3): Matrix3 {
  return multiply(multiply([r, 0, fx, 0, r, fy, 0, 0, 1], n), [
    1 / r,
    0,
    -mx / r,
    0,
    1 / r,
    -my / r,
    0,
    0,
    1,
  ]);
}

/** A map of pixel indices as a map of the frame. */
export function toFrameMap({ radius: r, mx, my, fx, fy }: Frame, h: Matrix3): Matrix3 {
  return multiply(multiply([1 / r, 0, -fx / r, 0, 1 / r, -fy / r, 0, 0, 1], h), [
    r,
    0,
    mx,
    0,
    r,
    my,
    0,
    0,
    1,
  ]);
}

/** Parameters of each model, in border pixels (see {@link Frame}), except that of `two-scale`, an angle, likewise. */
export type Parameters = readonly number[];

/** The map of the frame that `p` stands for, and the derivatives of its first eight numbers by each parameter. */
export function modelMap(
  model: Model,
  p: Parameters,
  radius: number,
): { map: Matrix3; by: readonly (readonly number[])[] } {
  const k = 1 / radius;
  const v = p.map((x) => x * k);
  switch (model) {
    case "similarity": {
      const [a, b, tx, ty] = v as [number, number, number, number];
      return {
        map: [1 + a, -b, tx, b, 1 + a, ty, 0, 0, 1],
        by: [
          [k, 0, 0, 0, k, 0, 0, 0],
          [0, -k, 0, k, 0, 0, 0, 0],
          [0, 0, k, 0, 0, 0, 0, 0],
          [0, 0, 0, 0, 0, k, 0, 0],
        ],
      };
    }
    case "two-scale": {
      const [a, b, t, tx, ty] = v as [number, number, number, number, number];
      const [sx, sy, c, s] = [1 + a, 1 + b, Math.cos(t), Math.sin(t)];
      return {
        map: [sx * c, -sx * s, tx, sy * s, sy * c, ty, 0, 0, 1],
        by: [
          [k * c, -k * s, 0, 0, 0, 0, 0, 0],
          [0, 0, 0, k * s, k * c, 0, 0, 0],
          [-k * sx * s, -k * sx * c, 0, k * sy * c, -k * sy * s, 0, 0, 0],
          [0, 0, k, 0, 0, 0, 0, 0],
          [0, 0, 0, 0, 0, k, 0, 0],
        ],
      };
    }
    default: {
      const [a, b, tx, d, e, ty, g = 0, h = 0] = v as [number, number, number, number, number, number];
      const places = model === "affine" ? 6 : 8;
      return {
        map: [1 + a, b, tx, d, 1 + e, ty, g, h, 1],
        by: Array.from({ length: places }, (_, i) => Array.from({ length: 8 }, (_, j) => (i === j ? k : 0))),
      };
    }
  }
}

/** The parameters of `model` that come closest to the map `n` of the frame (exact where `n` is of that model). */
export function parametersOf(model: Model, n: Matrix3, radius: number): Parameters {
  const [a, b, tx, d, e, ty, g, h] = n;
  const v = (() => {
    switch (model) {
      case "similarity":
        return [(a + e) / 2 - 1, (d - b) / 2, tx, ty];
      case "two-scale": {
        const t = Math.atan2(d - b, a + e);
        const [c, s] = [Math.cos(t), Math.sin(t)];
        return [a * c - b * s - 1, d * s + e * c - 1, t, tx, ty];
      }
      case "affine":
        return [a - 1, b, tx, d, e - 1, ty];
      default:
        return [a - 1, b, tx, d, e - 1, ty, g, h];
    }
  })();
  return v.map((x) => x * radius);
}
