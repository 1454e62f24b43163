import { describe, expect, test } from "vitest";
import { seeded } from "../../kit/random.js";
import { nnScore } from "./nn-score.js";
import { areaUnderRoc, separability } from "./separability.js";

const features = (...rows: number[][]) => ({ dim: 2, data: Float32Array.from(rows.flat()) });

describe("nn_score (contract 6.3)", () => {
  const east = [1, 0];
  const north = [0, 1];
  test("mean of the best cosines; mutual pairs alone for mnn", () => {
    // Both made patches are nearest to the one real patch, which is nearest to the first.
    expect(nnScore(features(east, [0.6, 0.8]), [features(east)])).toEqual({
      nn: expect.closeTo(0.8, 6),
      mnn: 1,
    });
    expect(nnScore(features(north), [features(east)])).toEqual({ nn: 0, mnn: 0 });
  });
  test("the three best references are averaged", () => {
    const real = [features(east), features([0.6, 0.8]), features(north), features([-1, 0])];
    expect(nnScore(features(east), real)?.nn).toBeCloseTo((1 + 0.6 + 0) / 3, 6);
  });
  test("no patch, no reference: no score", () => {
    expect(nnScore(features(), [features(east)])).toBeUndefined();
    expect(nnScore(features(east), [])).toBeUndefined();
  });
});

describe("telling made from real", () => {
  test("area under the curve", () => {
    expect(areaUnderRoc([1, 2], [3, 4])).toBe(1);
    expect(areaUnderRoc([1, 2], [1, 2])).toBe(0.5);
    expect(areaUnderRoc([3, 4], [1, 2])).toBe(0);
  });
  const cloud = (name: string, n: number, shift: number): Float64Array[] => {
    const random = seeded(3).fork(name);
    return Array.from({ length: n }, () =>
      Float64Array.from({ length: 8 }, (_, k) => random.normal() + (k === 2 ? shift : 0)),
    );
  };
  test("equal clouds cannot be told, shifted ones can, and the answer is the same every time", () => {
    const real = cloud("real", 60, 0);
    const same = separability(real, cloud("same", 60, 0))!;
    const apart = separability(real, cloud("apart", 60, 3))!;
    expect(same.auc).toBeGreaterThan(0.3);
    expect(same.auc).toBeLessThan(0.66);
    expect(apart.auc).toBeGreaterThan(0.95);
    expect(separability(real, cloud("apart", 60, 3))).toEqual(apart);
    expect(apart.scores).toHaveLength(60);
  });
  test("too few of either: no answer", () => {
    expect(separability(cloud("a", 5, 0), cloud("b", 50, 0))).toBeUndefined();
  });
});
