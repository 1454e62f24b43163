import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sweep } from "../metric/index.js";
import { binomialTail } from "./groups.js";
import { heatFeatures, heatTile } from "./heat.js";
import { agglomerate, heatPlace, medoid, placeName, suspectLabels } from "./index.js";
import { breakdown, labelStats, selectWeak, weakness } from "./weakness.js";

const SCORES = Float64Array.from([0.1, 0.9, 0.4, 0.2, 0.8, 0.7, 0.45, 0.6, 0.95, 0.05, 0.41, 0.99]);
const LABELS = Array.from(SCORES, (_, i) => ["PASS", "missing", "bridge"][i % 3]);
const NG = Uint8Array.from(LABELS, (l) => (l === "PASS" ? 0 : 1));

describe("weak samples", () => {
  test("the golden vector of the contract: t = 0.2, two per label", () => {
    const weak = weakness(SCORES, NG, 0.2);
    const kept = selectWeak(weak, LABELS, 2);
    expect(kept.map((i) => [LABELS[i], SCORES[i], Math.round(weak[i] * 100) / 100])).toEqual([
      ["PASS", 0.45, 0.25],
      ["PASS", 0.2, 0],
      ["bridge", 0.4, -0.2],
      ["missing", 0.41, -0.21],
      ["missing", 0.6, -0.4],
      ["bridge", 0.7, -0.5],
    ]);
    const lines = breakdown({
      threshold: "0.2",
      topK: 2,
      total: 12,
      kept: kept.map((i) => ({ label: LABELS[i], weakness: weak[i] })),
    }).split("\n");
    expect(lines).toEqual([
      "Weak samples breakdown by label (threshold=0.2, top_k_per_label=2)",
      "Total KPI samples: 12",
      "Total weak samples kept: 6",
      "",
      "  PASS: 2 (33.3%) — 1 misclassified, 1 marginal",
      "  BRIDGE: 2 (33.3%) — 0 misclassified, 2 marginal",
      "  MISSING: 2 (33.3%) — 0 misclassified, 2 marginal",
    ]);
  });

  test("a defect exactly at the threshold is misclassified with weakness 0", () => {
    const stats = labelStats(
      Float64Array.of(0.5, 0.1),
      Uint8Array.of(1, 0),
      ["x", "PASS"],
      Float64Array.of(0, -0.4),
      0.5,
    );
    expect(stats[0]).toMatchObject({ label: "X", misclassified: 1, maxWeakness: 0 });
  });

  test("keeps the weakest of each label, whatever the data, and folds case", () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom("PASS", "a", "A", "b")), {
      minLength: 1,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 5 }), (list, topK) => {
        const weak = Float64Array.from(list, ([s]) => s);
        const labels = list.map(([, l]) => l);
        const kept = selectWeak(weak, labels, topK);
        for (let i = 1; i < kept.length; i++) expect(weak[kept[i]]).toBeLessThanOrEqual(weak[kept[i - 1]]);
        for (const label of new Set(labels.map((l) => l.toUpperCase()))) {
          const all = list
            .filter(([, l]) => l.toUpperCase() === label)
            .map(([s]) => s)
            .sort((a, b) => b - a);
          const own = kept.filter((i) => labels[i].toUpperCase() === label).map((i) => weak[i]);
          expect(own).toEqual(all.slice(0, topK));
        }
      }),
    );
  });
});

describe("clusters and suspects", () => {
  test("finds blobs, largest first, and keeps one group where there is no structure", () => {
    const blobs = [
      ...Array.from({ length: 9 }, (_, i) => [i * 0.01, 0]),
      ...Array.from({ length: 6 }, (_, i) => [5 + i * 0.01, 5]),
      ...Array.from({ length: 12 }, (_, i) => [0, 9 + i * 0.01]),
    ];
    const features = Float32Array.from(blobs.flat());
    const groups = agglomerate(features, 2);
    expect(groups.slice(0, 9)).toEqual(new Array(9).fill(1));
    expect(groups.slice(9, 15)).toEqual(new Array(6).fill(2));
    expect(groups.slice(15)).toEqual(new Array(12).fill(0));
    expect(medoid(features, 2, [0, 1, 2, 3, 4])).toBe(2);
    expect(agglomerate(new Float32Array(20).fill(1), 2)).toEqual(new Array(10).fill(0));
    expect(agglomerate(Float32Array.of(1, 2), 2)).toEqual([0]);
    expect(agglomerate(new Float32Array(0), 2)).toEqual([]);
  });

  test("binomial tail equals the direct sum", () => {
    expect(binomialTail(2, 3, 0.5)).toBeCloseTo(0.5, 12);
    expect(binomialTail(1, 10, 0.1)).toBeCloseTo(1 - 0.9 ** 10, 12);
    expect(binomialTail(0, 5, 0.1)).toBe(1);
    expect(binomialTail(3, 3, 0)).toBe(0);
  });

  test("heat: the tile, its place and its focus", () => {
    const data = new Float32Array(8 * 16);
    data[(8 + 6) * 8 + 6] = 1;
    const map = { width: 8, height: 16, data, score: 1 };
    expect(heatPlace(map, { x: 1, y: 2 })).toMatchObject({
      light: 1,
      place: "bottom right",
      peak: 1,
      focus: 1,
    });
    expect(heatPlace(map, { x: 1, y: 1 })).toMatchObject({ light: 0, place: "bottom right" });
    expect(heatTile(map, { x: 1, y: 2 }, 0).data.every((v) => v === 0)).toBe(true);
    expect(heatFeatures(map, { x: 1, y: 2 })[15]).toBe(1);
    expect(heatPlace({ ...map, data: data.map(() => 0.5) }, { x: 1, y: 2 }).place).toBe("everywhere");
    expect([placeName(0.1, 0.1), placeName(0.5, 0.5), placeName(0.5, 0.9)]).toEqual([
      "top left",
      "centre",
      "bottom",
    ]);
  });

  test("names a planted wrong label and leaves honest ones alone", () => {
    const n = 60;
    const scores = Float64Array.from({ length: n }, (_, i) => (i < 40 ? 0.1 + i * 0.002 : 0.8 + i * 0.002));
    const ng = Uint8Array.from({ length: n }, (_, i) => (i < 40 ? 0 : 1));
    ng[7] = 1;
    const labels = Array.from(ng, (v) => (v ? "short" : "PASS"));
    const data = new Float32Array(n * 2);
    for (let i = 0; i < n; i++) data.set(i < 40 ? [1, 0.01 * i] : [0.01 * i, 1], i * 2);
    const indices = Array.from(scores, (_, i) => i);
    const s = sweep(scores, ng);
    const found = suspectLabels({ scores, ng, labels, sweep: s, embedding: { indices, dim: 2, data } });
    expect(found.map((f) => [f.index, f.looksLike])).toEqual([[7, "PASS"]]);
    expect(suspectLabels({ scores, ng, labels, sweep: s }).map((f) => f.index)).toEqual([7]);
  });
});
