import { describe, expect, test } from "vitest";
import type { ScoredRow, Scores } from "../read/scores.js";
import { parseState } from "../read/state.js";
import { classFacts, withoutWeakest } from "./classes.js";
import { pickRows } from "./gallery.js";
import { kpiFacts } from "./kpi.js";
import { gapText } from "./verdict.js";

// The worked vector of contract 4.6.
const LABELS = ["PASS", "missing", "bridge"];
const SCORES = [0.1, 0.9, 0.4, 0.2, 0.8, 0.7, 0.45, 0.6, 0.95, 0.05, 0.41, 0.99];

function scoresOf(values: readonly number[], labels: readonly string[]): Scores {
  const rows = values.map(
    (score, index): ScoredRow => ({
      index,
      score,
      label: labels[index] as string,
      ng: labels[index] === "PASS" ? 0 : 1,
      inputPath: "",
      goldenPath: "",
      objectName: `o${index}`,
      board: "",
      component: "",
    }),
  );
  const ng = Uint8Array.from(rows, (r) => r.ng);
  const defects = ng.reduce((a, b) => a + b, 0);
  return {
    rows,
    scores: Float64Array.from(values),
    ng,
    pass: rows.length - defects,
    defects,
    unscored: 0,
  };
}

const worked = scoresOf(
  SCORES,
  SCORES.map((_, i) => LABELS[i % 3] as string),
);

describe("KPI facts", () => {
  test("the worked vector of the contract, with exact intervals", () => {
    const { full, used } = kpiFacts(worked, undefined);
    expect(full).toMatchObject({
      threshold: 0.2,
      far: 0.25,
      falseAlarms: 1,
      escapes: 0,
      pass: 4,
      defects: 8,
    });
    expect(used).toEqual(full);
    // 1 of 4, two-sided 95 %: 0.63 % to 80.6 %; 0 escapes of 8, one-sided: 1 - 0.05^(1/8).
    expect(full?.farRange.low).toBeCloseTo(0.0063, 4);
    expect(full?.farRange.high).toBeCloseTo(0.8059, 4);
    expect(full?.escapeBound).toBeCloseTo(1 - 0.05 ** (1 / 8), 10);
  });

  test("a recorded threshold is taken as it is, and shows its escapes", () => {
    expect(kpiFacts(worked, 0.5).used).toMatchObject({ falseAlarms: 0, escapes: 2 });
  });

  test("no defects, no good parts, no rows: no point, no error", () => {
    expect(kpiFacts(scoresOf([0.1], ["PASS"]), undefined).full).toBeUndefined();
    expect(kpiFacts(scoresOf([0.1], ["open"]), undefined).full).toBeUndefined();
    expect(kpiFacts(scoresOf([], []), 0.5).used).toBeUndefined();
  });
});

describe("classes", () => {
  test("the cost of a class is the FAR that its weakest sample forces", () => {
    expect(classFacts(worked, 0.5)).toMatchObject([
      { label: "bridge", n: 4, weakest: 0.4, cost: 0.25, escapes: 1 },
      { label: "missing", n: 4, weakest: 0.41, cost: 0.25, escapes: 1 },
    ]);
  });

  test("dropping the weakest defects shows whether a few rows decide", () => {
    expect([0, 1, 2, 7, 8].map((n) => withoutWeakest(worked, n))).toEqual([0.25, 0.25, 0, 0, undefined]);
  });
});

describe("gallery", () => {
  test("a score at the threshold is not NG: a defect there escapes, a good part there passes", () => {
    const picks = pickRows(scoresOf([0.5, 0.5, 0.9, 0.1], ["PASS", "open", "PASS", "open"]), 0.5, 10);
    expect(picks.escapes.map((r) => r.index)).toEqual([3, 1]);
    expect(picks.falseAlarms.map((r) => r.index)).toEqual([2]);
    expect(picks.nearFalseAlarms.map((r) => r.index)).toEqual([0]);
    expect(picks.totals).toEqual({ escapes: 2, falseAlarms: 1 });
  });

  test("lists are cut, totals are not", () => {
    const picks = pickRows(worked, 0.04, 2);
    expect(picks.falseAlarms).toHaveLength(2);
    expect(picks.totals.falseAlarms).toBe(4);
  });
});

describe("state", () => {
  const contract = {
    name: "far_pct",
    display_name: "FAR",
    operator: "<",
    target: 1,
    unit: "%",
    evaluator: { type: "builtin", id: "far_at_recall", parameters: { recall_target_pct: 99 } },
    constraints: [{ name: "recall_pct", operator: ">=", target: 99, unit: "%" }],
  };

  test("passed is worked out again and a missing constraint fails", () => {
    const at = (metric_result: unknown) =>
      parseState({ metric_contract: contract, iterations: { baseline: { metric_result } } }).labels[0]
        ?.measured;
    expect(at({ value: 0.5, constraints: { recall_pct: 99 }, passed: false })).toMatchObject({
      passed: true,
    });
    expect(at({ value: 0.5, constraints: {}, passed: true })).toMatchObject({
      passed: false,
      failed: ["recall_pct"],
    });
    expect(at({ value: "x" })).toBeUndefined();
  });

  test("labels are ordered by number, and the recall of the contract is read", () => {
    const state = parseState({
      metric_contract: contract,
      iterations: { iter10: {}, iter2: {}, baseline: {} },
    });
    expect(state.labels.map((l) => l.label)).toEqual(["baseline", "iter2", "iter10"]);
    expect(state.metric?.recall).toBe(0.99);
    expect(parseState("nonsense")).toMatchObject({ status: "in_progress", labels: [], metric: undefined });
  });

  test("the gap is in percentage points", () => {
    const metric = parseState({ metric_contract: contract }).metric;
    expect(gapText(3.1, metric)).toBe("2.1pp from target");
    expect(gapText(1.004, metric)).toBe("0.004pp from target");
    expect(gapText(1, undefined)).toBeUndefined();
  });
});
