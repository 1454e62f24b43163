import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate, allocateByMasks } from "./allocation.js";

describe("allocation (contract 7.3)", () => {
  test("the worked example: 10 over three types in spec order", () => {
    expect([...allocate(["b", "a", "c"], 10)]).toEqual([
      ["b", 4],
      ["a", 3],
      ["c", 3],
    ]);
  });

  test("always adds up, differs by at most one, and never rises along the spec", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 9 }),
        fc.nat(500),
        (types, k) => {
          const counts = [...allocate(types, k).values()];
          expect(counts.reduce((a, b) => a + b, 0)).toBe(k);
          expect(counts[0] - counts[counts.length - 1]).toBeLessThanOrEqual(1);
          expect([...counts].sort((a, b) => b - a)).toEqual(counts);
        },
      ),
    );
  });

  test.each([
    [["a"], -1, "num_sdg_invalid"],
    [["a"], 2.5, "num_sdg_invalid"],
    [[], 3, "no_defect_types"],
    [["a", "a"], 3, "defect_type_duplicate"],
  ])("refuses %j with %d", (types, k, code) => {
    expect(() => allocate(types, k)).toThrowError(expect.objectContaining({ code }));
  });
});

describe("allocation by masks (contract 5.2)", () => {
  const masks = new Map([
    ["a", 3],
    ["b", 2],
    ["c", 1],
  ]);

  test("the worked example", () => {
    expect([...allocateByMasks(["a", "b", "c"], 10, masks).values()]).toEqual([5, 3, 2]);
  });

  test("too few samples: the error says how many it takes", () => {
    expect(() => allocateByMasks(["a", "b", "c"], 2, masks)).toThrowError(
      expect.objectContaining({ code: "allocation_uncovered", hint: expect.stringContaining("at least 18") }),
    );
  });

  test("always adds up and stays within one of the exact share", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }), (counts) => {
        const types = counts.map((_, i) => `t${i}`);
        const sum = counts.reduce((a, b) => a + b, 0);
        const got = [
          ...allocateByMasks(types, 3 * sum, new Map(counts.map((n, i) => [`t${i}`, n]))).values(),
        ];
        expect(got).toEqual(counts.map((n) => 3 * n));
      }),
    );
  });
});
