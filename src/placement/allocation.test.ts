import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate } from "./allocation.js";

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
