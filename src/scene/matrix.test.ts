import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boxOf, centre, corners, EMPTY_BOX, extent, isEmpty, transformBox, unite } from "./box.js";
import {
  about,
  IDENTITY,
  invert,
  multiply,
  rotation,
  rotationAbout,
  scaling,
  transformDirection,
  transformPoint,
  transformPoints,
  translation,
} from "./matrix.js";
import type { Mat4, Vec3 } from "./model.js";

const near = (a: readonly number[], b: readonly number[], digits = 9): void =>
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i]!, digits);
  });
const number = fc.double({ min: -50, max: 50, noNaN: true });
const point = fc.tuple(number, number, number);
const rigid = fc
  .tuple(point, number, number, number)
  .map(([t, x, y, z]) => multiply(rotation(0, x), rotation(1, y), rotation(2, z), translation(t)));

describe("matrices", () => {
  test("a quarter turn about Z takes +X to +Y, about X +Y to +Z, about Y +Z to +X", () => {
    near(transformPoint([1, 0, 0], rotation(2, 90)), [0, 1, 0]);
    near(transformPoint([0, 1, 0], rotation(0, 90)), [0, 0, 1]);
    near(transformPoint([0, 0, 1], rotation(1, 90)), [1, 0, 0]);
  });

  test("the left factor acts first", () => {
    near(transformPoint([1, 0, 0], multiply(translation([1, 0, 0]), rotation(2, 90))), [0, 2, 0]);
    near(transformPoint([1, 0, 0], multiply(rotation(2, 90), translation([1, 0, 0]))), [1, 1, 0]);
  });

  test("inverse, and a pivot that stays", () => {
    fc.assert(
      fc.property(rigid, point, fc.double({ min: 0.1, max: 3, noNaN: true }), (m, p, s) => {
        const scaled: Mat4 = multiply(scaling([s, s, 2 * s]), m);
        near(transformPoint(transformPoint(p, scaled), invert(scaled)!), p, 6);
        near(transformPoint(p, about(p, rotation(1, s * 100))), p);
      }),
    );
    expect(invert(scaling([1, 1, 0]))).toBeUndefined();
  });

  test("Rodrigues agrees with the axes and keeps lengths", () => {
    for (const axis of [0, 1, 2] as const) {
      const direction = [0, 0, 0];
      direction[axis] = 3;
      near(rotationAbout(direction as unknown as Vec3, 37), rotation(axis, 37));
    }
    fc.assert(
      fc.property(point, point, number, (axis, p, angle) => {
        fc.pre(Math.hypot(...axis) > 1e-3);
        const moved = transformDirection(p, rotationAbout(axis, angle));
        expect(Math.hypot(...moved)).toBeCloseTo(Math.hypot(...p), 8);
      }),
    );
  });

  test("points in bulk as one by one", () => {
    const m = multiply(rotation(0, 20), translation([1, 2, 3]));
    near(
      [...transformPoints([1, 2, 3, -4, 5, 6], m)],
      [...transformPoint([1, 2, 3], m), ...transformPoint([-4, 5, 6], m)],
    );
  });
});

describe("boxes", () => {
  const box = boxOf([1, 2, 3, -1, 5, 0]);
  test("of points, union, centre, corners", () => {
    expect(box).toEqual({ min: [-1, 2, 0], max: [1, 5, 3] });
    expect(unite(box, EMPTY_BOX)).toEqual(box);
    expect(isEmpty(unite())).toBe(true);
    expect(centre(box)).toEqual([0, 3.5, 1.5]);
    expect(extent(box)).toEqual([2, 3, 3]);
    expect(boxOf(corners(box).flat())).toEqual(box);
  });

  test("a moved box holds every moved point", () => {
    expect(transformBox(box, IDENTITY)).toEqual(box);
    expect(isEmpty(transformBox(EMPTY_BOX, rotation(0, 5)))).toBe(true);
    near(transformBox(box, rotation(2, 90)).min, [-5, -1, 0]);
  });
});
