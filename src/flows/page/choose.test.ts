import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseSamples } from "./choose.js";

const sample = fc.record({
  group: fc.constantFrom("a", "b", "c"),
  cell: fc.constantFrom("x0_y0", "x1_y0", "x2_y0"),
  name: fc.nat(200).map(String),
  files: fc.constant([] as string[]),
});

describe("chooseSamples", () => {
  test("never too many, never twice, every group, whatever the order", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(sample, { selector: (s) => `${s.group}/${s.name}`, maxLength: 60 }),
        (all) => {
          const chosen = chooseSamples(all, 10);
          expect(chosen.length).toBe(Math.min(10, all.length));
          expect(new Set(chosen).size).toBe(chosen.length);
          expect(new Set(chosen.map((s) => s.group))).toEqual(new Set(all.map((s) => s.group)));
          expect(chooseSamples([...all].reverse(), 10)).toEqual(chosen);
        },
      ),
    );
  });
});
