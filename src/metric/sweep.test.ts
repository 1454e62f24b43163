import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bestF1Point, operatingPoint, partThresholds, pointAt, pointAtThreshold, sweep } from "./index.js";

const WORKED = {
  scores: [0.1, 0.9, 0.4, 0.2, 0.8, 0.7, 0.45, 0.6, 0.95, 0.05, 0.41, 0.99],
  ng: [0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1],
};

const rows = fc
  .array(
    fc.tuple(
      fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, min: -1e9, max: 1e9 })),
      fc.boolean(),
    ),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((list) => ({ scores: list.map(([s]) => s), ng: list.map(([, d]) => (d ? 1 : 0)) }));
const withNg = rows.filter((r) => r.ng.includes(1));

describe("sweep", () => {
  test("gives the worked vector of the contract", () => {
    const p = operatingPoint(sweep(WORKED.scores, WORKED.ng));
    expect(p.threshold).toBe(0.2);
    expect(p.far).toBe(0.25);
    expect(p.precision).toBe(8 / 9);
    expect(p.f1).toBeCloseTo(16 / 17, 15);
    expect([p.tp, p.fp, p.tn, p.fn]).toEqual([8, 1, 3, 0]);
  });

  test("counts a PASS row tied with the weakest defect as a false alarm", () => {
    const p = operatingPoint(sweep([0.5, 0.5, 0.1], [0, 1, 0]));
    expect(p.threshold).toBe(0.1);
    expect(p.far).toBe(0.5);
  });

  test("takes the double below the minimum when a defect scores lowest", () => {
    const p = operatingPoint(sweep([0.3, 0.1, 0.2], [0, 1, 0]));
    expect(p.threshold).toBeLessThan(0.1);
    expect(p.threshold + Number.EPSILON / 8).toBeGreaterThanOrEqual(0.1 - Number.EPSILON / 8);
    expect(p.far).toBe(1);
  });

  test("agrees with the closed form at 100 % recall", () => {
    fc.assert(
      fc.property(withNg, ({ scores, ng }) => {
        const m = Math.min(...scores.filter((_, i) => ng[i]));
        const pass = scores.filter((_, i) => !ng[i]);
        const below = scores.filter((s) => s < m);
        const p = operatingPoint(sweep(scores, ng));
        expect(p.recall).toBe(1);
        if (pass.length > 0) expect(p.far).toBe(pass.filter((s) => s >= m).length / pass.length);
        if (below.length > 0) expect(p.threshold).toBe(Math.max(...below) + 0);
        else expect(p.threshold).toBeLessThan(m);
      }),
    );
  });

  test("counts every candidate as a direct count does", () => {
    fc.assert(
      fc.property(rows, ({ scores, ng }) => {
        const s = sweep(scores, ng);
        expect(s.thresholds.length).toBe(new Set(scores.map((x) => x + 0)).size + 1);
        for (let i = 0; i < s.thresholds.length; i++)
          expect(pointAt(s, i)).toEqual(pointAtThreshold(scores, ng, s.thresholds[i] as number));
      }),
    );
  });

  test("lowest-far is minimal among feasible points, and equals best-f1 at 100 %", () => {
    fc.assert(
      fc.property(withNg, fc.double({ min: 0.05, max: 1, noNaN: true }), ({ scores, ng }, target) => {
        const s = sweep(scores, ng);
        const p = operatingPoint(s, target);
        expect(p.recall).toBeGreaterThanOrEqual(target - 1e-12);
        for (let i = 0; i < s.thresholds.length; i++) {
          const other = pointAt(s, i);
          if (other.recall >= target - 1e-12) expect(other.fp).toBeGreaterThanOrEqual(p.fp);
        }
        expect(operatingPoint(s, 1, "best-f1")).toEqual(operatingPoint(s, 1, "lowest-far"));
        expect(operatingPoint(s, target, "best-f1").f1).toBeGreaterThanOrEqual(p.f1 || 0);
      }),
    );
  });

  test("best F1 prefers recall, then precision, then the larger threshold", () => {
    // Without defects only precision speaks: 0 while anything is called NG, then NaN, which ranks lowest.
    expect(bestF1Point(sweep([1, 2, 3], [0, 0, 0])).threshold).toBe(2);
    expect(bestF1Point(sweep([0.2, 0.2, 0.9], [0, 0, 1])).threshold).toBe(0.2);
  });

  test("refuses what has no answer", () => {
    expect(() => sweep([], [])).toThrow(expect.objectContaining({ code: "no_rows" }));
    expect(() => sweep([Number.NaN], [1])).toThrow(expect.objectContaining({ code: "score_not_finite" }));
    expect(() => sweep([1, 2], [1])).toThrow(expect.objectContaining({ code: "length_mismatch" }));
    expect(() => operatingPoint(sweep([1], [0]))).toThrow(expect.objectContaining({ code: "no_ng_rows" }));
    expect(() => operatingPoint(sweep([1], [1]), 1.1)).toThrow(
      expect.objectContaining({ code: "recall_unreachable" }),
    );
  });
});

describe("partThresholds", () => {
  test("gives a large part its own threshold, pools a small one, and never loses recall", () => {
    const scores: number[] = [];
    const ng: number[] = [];
    const groups: string[] = [];
    const add = (group: string, score: number, defect: number, times: number) => {
      for (let i = 0; i < times; i++) {
        scores.push(score + i * 1e-4);
        ng.push(defect);
        groups.push(group);
      }
    };
    add("R", 0.4, 0, 60);
    add("R", 0.8, 1, 30);
    add("C", 0.05, 0, 60);
    add("C", 0.2, 1, 30);
    add("U", 0.5, 0, 10);
    add("U", 0.9, 1, 3);
    const t = partThresholds({ scores, ng, groups });
    expect(t.pooled.far).toBeCloseTo(70 / 130);
    expect(t.groups.map((g) => [g.group, g.source, g.reason])).toEqual([
      ["C", "pooled", "no gain"],
      ["R", "own", "own threshold lowers FAR"],
      ["U", "pooled", "too few rows"],
    ]);
    expect(t.combined.far).toBeCloseTo(10 / 130);
    expect(t.combined.recall).toBe(1);
  });

  test("whatever the data, no group loses recall and nothing gets worse", () => {
    const grouped = fc.tuple(withNg, fc.double({ min: 0.3, max: 1, noNaN: true }));
    fc.assert(
      fc.property(grouped, ([{ scores, ng }, target]) => {
        const groups = scores.map((_, i) => `g${i % 3}`);
        const t = partThresholds({ scores, ng, groups, recallTarget: target, minNg: 1, minPass: 1 });
        for (const g of t.groups) {
          if (g.pooled.tp + g.pooled.fn > 0) expect(g.point.recall).toBeGreaterThanOrEqual(g.pooled.recall);
          expect(g.point.fp).toBeLessThanOrEqual(g.pooled.fp);
        }
        expect(t.combined.fp).toBeLessThanOrEqual(t.pooled.fp);
        expect(t.combined.fn).toBeLessThanOrEqual(t.pooled.fn);
      }),
    );
  });
});
