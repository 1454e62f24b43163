import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layoutCompare, layoutGauge } from "./compare.js";
import { envelope, farAt, layoutCurves } from "./curve.js";
import { binScores, layoutHistogram, thin } from "./histogram.js";
import { layoutProgress } from "./progress.js";
import { layoutRanges, spreadOf } from "./ranges.js";
import { at, linearScale, niceTicks, rateAxis, rootScale, scoreAxis } from "./scale.js";
import { layoutStack } from "./stack.js";

describe("scales and ticks", () => {
  test("linear maps ends to ends; one point goes to the middle", () => {
    const s = linearScale([10, 20], [0, 100]);
    expect([s(10), s(15), s(20)]).toEqual([0, 50, 100]);
    expect(linearScale([3, 3], [0, 100])(3)).toBe(50);
  });

  test("square root keeps one visible beside ten thousand", () => {
    expect(rootScale(10_000, [0, 100])(1)).toBeCloseTo(1);
    expect(rootScale(10_000, [0, 100])(10_000)).toBe(100);
  });

  test("ticks are round and cover the range", () => {
    expect(niceTicks(0, 28.7, 4)).toEqual([0, 10, 20, 30]);
    expect(niceTicks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(niceTicks(0.82, 1, 4)).toEqual([0.8, 0.85, 0.9, 0.95, 1]);
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (low, span) => {
          const ticks = niceTicks(low, low + span);
          // A millionth of the range, and what a double of this size cannot tell apart.
          const slack = span * 1e-6 + Math.abs(low) * 1e-9;
          expect(ticks[0] as number).toBeLessThanOrEqual(low + slack);
          expect(ticks.at(-1) as number).toBeGreaterThanOrEqual(low + span - slack);
          expect(ticks.length).toBeLessThan(10);
        },
      ),
    );
  });

  test("a rate axis turns to a square root when the target is small against the top", () => {
    const even = rateAxis(10, 5, [100, 0], 10);
    expect([even.root, even.scale(5)]).toEqual([false, 50]);
    const root = rateAxis(25, 1, [100, 0], 10);
    expect(root.root).toBe(true);
    expect(root.scale(root.ticks.at(-1)?.value as number)).toBeCloseTo(0);
    const values = root.ticks.map((t) => t.value);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    for (let i = 1; i < root.ticks.length; i++)
      expect((root.ticks[i - 1]?.at as number) - (root.ticks[i]?.at as number)).toBeGreaterThanOrEqual(10);
  });

  test("crowded probabilities get a log-odds axis that keeps their order; others a straight one", () => {
    const crowded = scoreAxis([0.0001, 0.001, 0.002, 0.999, 0.5], [0.4]);
    expect(crowded.kind).toBe("logit");
    expect(crowded.unit(0.001)).toBeLessThan(crowded.unit(0.01));
    expect(crowded.ticks).toContain(0.5);
    const plain = scoreAxis([0.2, 0.4, 1.7], [0.5]);
    expect([plain.kind, plain.unit(0), plain.unit(2)]).toEqual(["linear", 0, 1]);
    expect(scoreAxis([], []).kind).toBe("linear");
  });

  test("positions are short text", () => {
    expect([1, 1.5, 1.239, -0.001, 100].map(at)).toEqual(["1", "1.5", "1.24", "0", "100"]);
  });
});

describe("histogram", () => {
  test("no score is lost, edges belong to the last bin, NaN is left out", () => {
    const axis = scoreAxis([0.1, 0.3, 0.6, 0.9], []);
    const bins = binScores([0, 0.24, 0.25, 1, Number.NaN], [0, 0, 1, 1, 1], axis, 4);
    expect([...bins.pass]).toEqual([2, 0, 0, 0]);
    expect([...bins.ng]).toEqual([0, 1, 0, 1]);
  });

  test("good parts rise above the middle, defects hang below, a single count is seen", () => {
    const axis = scoreAxis([0.1, 0.3, 0.6, 0.9], []);
    const layout = layoutHistogram({
      bins: { pass: Uint32Array.of(400, 0), ng: Uint32Array.of(0, 1) },
      axis,
      threshold: 0.5,
      top: 400,
      width: 400,
      height: 200,
    });
    const [up] = layout.pass;
    const [down] = layout.ng;
    expect((up?.y as number) + (up?.height as number)).toBeCloseTo(layout.middle);
    expect(down?.y).toBe(layout.middle);
    expect(down?.height).toBeGreaterThanOrEqual(1.5);
    expect(layout.thresholdX).toBeCloseTo((layout.plot.left + layout.plot.right) / 2);
    expect(layout.yTicks.map((t) => t.value)).toEqual([10, 100]);
  });
});

describe("FAR over recall", () => {
  const points = [
    { recall: 1, far: 0.3 },
    { recall: 1, far: 0.25 },
    { recall: 0.9, far: 0.1 },
    { recall: 0.8, far: 0.1 },
    { recall: Number.NaN, far: 0 },
  ];

  test("the envelope keeps the cheapest way to each recall", () => {
    expect(envelope(points)).toEqual([
      { recall: 0.9, far: 0.1 },
      { recall: 1, far: 0.25 },
    ]);
    expect([farAt(envelope(points), 0.5), farAt(envelope(points), 0.95)]).toEqual([0.1, 0.25]);
    expect(farAt([], 1)).toBeUndefined();
  });

  test("FAR never falls as recall rises", () => {
    const rate = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.record({ recall: rate, far: rate })), (list) => {
        const kept = envelope(list);
        for (let i = 1; i < kept.length; i++) {
          expect(kept[i]?.recall).toBeGreaterThan(kept[i - 1]?.recall as number);
          expect(kept[i]?.far).toBeGreaterThan(kept[i - 1]?.far as number);
        }
      }),
    );
  });

  test("curves are steps: flat to each recall, then straight up", () => {
    const layout = layoutCurves({
      curves: [{ name: "a", points }],
      from: 0.8,
      marks: [1],
      width: 400,
      height: 200,
    });
    const path = layout.lines[0]?.path ?? [];
    expect(path).toHaveLength(4);
    expect(path[0]?.[1]).toBe(path[1]?.[1]);
    expect(path[1]?.[0]).toBe(path[2]?.[0]);
    expect(layout.marks).toMatchObject([{ name: "a", recall: 1, far: 0.25 }]);
  });
});

describe("progress, stacks, comparisons", () => {
  test("points stand in their columns, intervals around them, missing points leave a gap", () => {
    const layout = layoutProgress({
      columns: [
        { name: "Baseline", best: false },
        { name: "Iteration 1", best: true },
      ],
      series: [{ name: "FAR", points: [{ value: 10, low: 8, high: 13 }, undefined] }],
      target: 5,
      width: 400,
      height: 200,
    });
    const [p] = layout.series[0]?.points ?? [];
    expect(layout.series[0]?.points).toHaveLength(1);
    expect(p?.x).toBe(layout.columns[0]?.x);
    expect(p?.high).toBeLessThan(p?.y as number);
    expect(p?.low).toBeGreaterThan(p?.y as number);
    expect(layout.targetY).toBeGreaterThan(p?.y as number);
  });

  test("more is better: the axis need not start at zero", () => {
    const layout = layoutProgress({
      columns: [{ name: "a", best: true }],
      series: [{ name: "quality", points: [{ value: 0.97 }] }],
      target: 0.9,
      fromZero: false,
      width: 400,
      height: 200,
    });
    expect(layout.yTicks[0]?.value).toBeGreaterThan(0.5);
  });

  test("stacked parts touch and share one scale", () => {
    const layout = layoutStack({
      rows: [
        { name: "a", values: { x: 1, y: 0, z: 1 } },
        { name: "b", values: { x: 4 } },
      ],
      keys: ["x", "y", "z"],
      width: 230,
      left: 30,
      right: 0,
    });
    expect(layout.rows.map((r) => r.total)).toEqual([2, 4]);
    expect(layout.rows[0]?.parts.map((p) => [p.key, p.x, p.width])).toEqual([
      ["x", 30, 50],
      ["z", 80, 50],
    ]);
    expect(layout.rows[1]?.end).toBe(230);
  });

  test("before and after lie on one axis; absent sides stay absent", () => {
    const layout = layoutCompare({
      rows: [{ name: "a", before: 0.25, after: 0 }, { name: "b" }],
      width: 400,
    });
    expect(layout.rows[0]?.after).toBe(layout.plot.left);
    expect(layout.rows[0]?.before).toBeCloseTo(layout.plot.right);
    expect(layout.rows[1]).toMatchObject({ before: undefined, after: undefined });
    expect(layout.xTicks[0]?.value).toBe(0);
  });

  test("the gauge marks the good side and never leaves its axis", () => {
    const g = layoutGauge({
      value: 0.5,
      low: 0.2,
      high: 120,
      target: 1,
      smallerIsBetter: true,
      cap: 100,
      width: 300,
    });
    expect(g.good).toEqual([g.axis.left, g.target]);
    expect(g.high).toBeLessThanOrEqual(g.axis.right);
    expect(g.low).toBeLessThan(g.value);
  });

  test("quartiles by nearest rank", () => {
    expect(spreadOf([4, 1, 3, 2, Number.NaN])).toEqual({ low: 1, q1: 1, median: 2, q3: 3, high: 4 });
    expect(spreadOf([])).toBeUndefined();
  });

  test("a class without a before is centred in its row", () => {
    const s = { low: 0.1, q1: 0.2, median: 0.3, q3: 0.4, high: 0.5 };
    const layout = layoutRanges({
      rows: [
        { name: "a", ng: true, after: s },
        { name: "b", ng: true, before: s, after: s },
      ],
      axis: scoreAxis([0.1, 0.9], []),
      width: 400,
    });
    expect(layout.rows[0]?.after?.y).toBe(layout.rows[0]?.y);
    expect(layout.rows[1]?.before?.y).toBeLessThan(layout.rows[1]?.after?.y as number);
  });
});

test("axis labels never touch: long ones near the end of a log-odds axis are dropped", () => {
  const crowd = [0.9, 0.99, 0.999, 0.9999, 0.99999].map((value, i) => ({ x: 100 + i * 42, value }));
  const kept = thin(crowd, 400);
  for (let i = 1; i < kept.length; i++) {
    const half = (String(kept[i].value).length + String(kept[i - 1].value).length) * 3;
    expect(kept[i].x - kept[i - 1].x).toBeGreaterThan(half);
  }
  expect(kept.map((t) => t.value)).toEqual([0.9, 0.99, 0.999, 0.99999]);
  // At the edge a label ends at its tick and so reaches further left.
  const near = crowd.map((t, i) => ({ ...t, x: 100 + i * 28 }));
  expect(thin(near, 1000).map((t) => t.value)).toEqual([0.9, 0.999, 0.99999]);
  expect(thin(near, 220).map((t) => t.value)).toEqual([0.9, 0.999]);
});
