import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { area, type Mask, mask } from "../../vision/index.js";
import { labelInstances } from "./instances.js";
import { compressRuns, expandRuns, runLengths } from "./rle.js";

const blobs = (width: number, height: number, ...at: [x: number, y: number, side: number][]): Mask => {
  const m = mask(width, height);
  for (const [x, y, side] of at)
    for (let v = y; v < y + side; v++) m.data.fill(1, v * width + x, v * width + x + side);
  return m;
};

describe("run lengths (COCO)", () => {
  test("column by column, zeros first", () => {
    const m = mask(3, 2);
    m.data.set([1, 0, 0, 1, 1, 0]);
    expect(runLengths(m)).toEqual([0, 2, 1, 1, 2]);
    expect(runLengths(mask(2, 2))).toEqual([4]);
  });
  test("small numbers are one sign each; from the fourth run on differences are written", () => {
    expect(compressRuns([4])).toBe("4");
    expect(compressRuns([0, 2, 1, 1, 2])).toBe("021O1");
    expect(compressRuns([100])).toBe("T3");
  });
  test("comes back as it was", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 60 }),
        (runs) => {
          expect(expandRuns(compressRuns(runs))).toEqual(runs);
        },
      ),
    );
  });
});

describe("labelled instances (contract 6.5)", () => {
  test("three blobs 2 and 33 pixels apart are two instances", () => {
    const m = blobs(90, 40, [5, 10, 10], [17, 10, 10], [60, 10, 10]);
    expect(labelInstances(m).map(area).sort()).toEqual([100, 200]);
  });
  test("none, one, and specks that make no cluster", () => {
    expect(labelInstances(mask(4, 4))).toEqual([]);
    expect(labelInstances(blobs(9, 9, [1, 1, 4]))).toHaveLength(1);
    const specks = blobs(50, 50, [1, 1, 1], [40, 3, 1], [20, 44, 1]);
    expect(labelInstances(specks)).toEqual([specks]);
  });
});
