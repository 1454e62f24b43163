import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fixed, general, nextBelow, pyFloat } from "./numbers.js";

describe("number spelling", () => {
  test.each([
    [1, "1.0"],
    [0, "0.0"],
    [-0, "-0.0"],
    [0.1, "0.1"],
    [1e-4, "0.0001"],
    [0.00001, "1e-05"],
    [1.5e-7, "1.5e-07"],
    [5e-324, "5e-324"],
    [1e15, "1000000000000000.0"],
    [1e16, "1e+16"],
    [123456789012345680, "1.2345678901234568e+17"],
    [Number.NaN, "nan"],
    [Number.NEGATIVE_INFINITY, "-inf"],
  ])("pyFloat(%f) is %s", (x, text) => {
    expect(pyFloat(x)).toBe(text);
  });

  test("pyFloat reads back to the same double", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (x) =>
        Object.is(Number(pyFloat(x).replace("inf", "Infinity")), x),
      ),
    );
  });

  test.each([
    [0.0078125, 6, "0.007812"],
    [0.0234375, 6, "0.023438"],
    [-0.0078125, 6, "-0.007812"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [2.5, 0, "2"],
    [1 / 3, 6, "0.333333"],
    [1e22, 6, "10000000000000000000000.000000"],
  ])("fixed(%f, %i) rounds as C does: %s", (x, digits, text) => {
    expect(fixed(x, digits)).toBe(text);
  });

  test.each([
    [10, "10"],
    [0.1, "0.1"],
    [99.5, "99.5"],
    [1234567, "1.23457e+06"],
    [0.00001, "1e-05"],
    [-2.5, "-2.5"],
    [100000, "100000"],
    [999999.5, "1e+06"],
  ])("general(%f) is %s", (x, text) => {
    expect(general(x)).toBe(text);
  });

  test("nothing lies between nextBelow(x) and x", () => {
    expect(nextBelow(0)).toBe(-5e-324);
    expect(nextBelow(1)).toBe(1 - Number.EPSILON / 2);
    expect(nextBelow(-1)).toBe(-1 - Number.EPSILON);
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (x) => {
        const below = nextBelow(x);
        const middle = below + (x - below) / 2;
        expect(below).toBeLessThan(x);
        expect(middle === below || middle === x).toBe(true);
      }),
    );
  });
});
