import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  buildMetric,
  checkResult,
  failures,
  parseMetric,
  renderTarget,
  selectBest,
  validateContract,
} from "./index.js";

const code = (c: string) => expect.objectContaining({ code: c, kind: "usage" });

describe("parseMetric", () => {
  test("reads the golden vector of the contract", () => {
    expect(parseMetric("FAR < 10% at Recall=100%")).toEqual({
      name: "far_pct",
      display_name: "FAR",
      operator: "<",
      target: 10,
      unit: "%",
      evaluator: { type: "builtin", id: "far_at_recall", parameters: { recall_target_pct: 100 } },
      constraints: [{ name: "recall_pct", display_name: "Recall", operator: ">=", target: 100, unit: "%" }],
    });
  });

  test.each([
    ["far<=0.5% at recall = 99.5 %", { name: "far_pct", operator: "<=", target: 0.5 }, 99.5],
    ["  FAR  <  .5 %", { name: "far_pct", operator: "<", target: 0.5 }, 100],
    ["FAR < 5% AT Recall=95", { name: "far_pct", target: 5 }, 95],
  ])("%s", (text, expected, recall) => {
    const c = parseMetric(text);
    expect(c).toMatchObject(expected);
    expect(c.evaluator.parameters).toEqual({ recall_target_pct: recall });
    expect(c.constraints[0]?.target).toBe(recall);
  });

  test("other metrics need an evaluator and keep their context", () => {
    const c = parseMetric("Quality Score >= -0.9 pts at board 7", {
      evaluator: "/opt/eval",
      evaluatorArgs: ["-v"],
    });
    expect(c).toMatchObject({ name: "quality_score", operator: ">=", target: -0.9, unit: "pts" });
    expect(c.evaluator).toEqual({
      type: "command",
      path: "/opt/eval",
      args: ["-v"],
      parameters: { evaluation_context: "board 7" },
    });
    expect(renderTarget(c)).toBe("Quality Score >= -0.9 pts");
    expect(renderTarget(parseMetric("FAR < 10% at Recall=100%"))).toBe("FAR < 10%");
    expect(parseMetric("x > 5 at night", { evaluator: "/e" })).toMatchObject({ unit: "", target: 5 });
    expect(buildMetric({ name: "far_pct", operator: "lt", target: 1, unit: "%" }).evaluator.type).toBe(
      "builtin",
    );
  });

  test.each([
    ["FAR < 0.1", "metric_needs_evaluator"],
    ["FAR 10%", "metric_target_text"],
    ["< 10%", "metric_target_text"],
    ["FAR < ten%", "metric_target_text"],
    ["FAR < 10% for Recall=100%", "metric_target_text"],
    ["FAR < 10% at Recall=0%", "metric_recall_range"],
    ["FAR < 10% at Recall=101%", "metric_recall_range"],
    ["FAR < 10% at noon", "metric_target_text"],
    ["", "metric_target_text"],
    ["FAR < 1% at Recall=100% and more", "metric_target_text"],
    ["FAR < 1,5%", "metric_number_invalid"],
    ["FAR < 1e-400%", "metric_number_invalid"],
    ["FAR < 1 000%", "metric_number_invalid"],
    ["FAR < 1.5.5%", "metric_number_invalid"],
    ["FAR < 1% at Recall=99,5%", "metric_number_invalid"],
    ["FAR < 101%", "metric_far_range"],
    ["FAR < -1%", "metric_far_range"],
    ["FAR > 1%", "metric_far_direction"],
    ["FAR >= 1% at Recall=100%", "metric_far_direction"],
  ])("refuses %j with %s", (text, expected) => {
    expect(() => parseMetric(text)).toThrow(code(expected));
  });

  test.each([
    [{ name: "x" }, "metric_two_forms"],
    [{ evaluator: "eval.py" }, "metric_evaluator_path"],
    [{ evaluator: "builtin:other" }, "metric_evaluator_unsupported"],
    [{ artifactProducer: "mes" }, "metric_artifact_options"],
    [{ evaluator: "artifact", evaluatorArgs: ["x"] }, "metric_artifact_options"],
    [{ evaluator: "artifact", artifactPathTemplate: "/a/{iter_label}" }, "metric_artifact_producer"],
    [{ evaluator: "artifact", artifactProducer: "mes" }, "metric_artifact_template"],
    [
      { evaluator: "artifact", artifactProducer: "mes", artifactPathTemplate: "/{iter_label}/{x}" },
      "metric_artifact_template",
    ],
    [
      { evaluator: "artifact", artifactProducer: "mes", artifactPathTemplate: "a/{iter_label}" },
      "metric_artifact_template",
    ],
    [
      {
        constraints: [
          { name: "a", operator: "<", target: 1 },
          { name: "a", operator: "<", target: 1 },
        ],
      },
      "metric_constraints",
    ],
    [{ constraints: [{ name: "a", operator: "=", target: 1 }] }, "metric_operator"],
    [{ constraints: [{ name: "a", operator: "<", target: true }] }, "metric_target"],
  ])("refuses the options %j with %s", (options, expected) => {
    expect(() => parseMetric("FAR < 10%", options)).toThrow(code(expected));
  });

  test("never throws anything but a usage error, and a parsed contract validates to itself", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("<", "<=", ">", ">=", "=="), fc.string(), (a, op, b) => {
        try {
          const c = parseMetric(`${a}${op}${b}`, { evaluator: "/e" });
          expect(validateContract(JSON.parse(JSON.stringify(c)))).toEqual(c);
        } catch (error) {
          expect(error).toMatchObject({ kind: "usage" });
        }
      }),
    );
  });

  test("validateContract refuses what is not a contract", () => {
    for (const bad of [
      null,
      [],
      {},
      { name: "X" },
      { name: "x", operator: "<" },
      { name: "x", operator: "<", target: 1 },
    ])
      expect(() => validateContract(bad)).toThrow(expect.objectContaining({ kind: "usage" }));
  });
});

describe("results", () => {
  const contract = parseMetric("FAR < 10% at Recall=100%");
  const result = (value: number, recall?: number) => ({
    name: "far_pct",
    value,
    unit: "%",
    threshold: 0.5,
    constraints: recall === undefined ? {} : { recall_pct: recall },
  });

  test("passed is ours: value, constraints, and missing constraints", () => {
    expect(failures(contract, result(9, 100))).toEqual([]);
    expect(failures(contract, result(10, 100))).toEqual(["far_pct"]);
    expect(failures(contract, result(9, 99))).toEqual(["recall_pct"]);
    expect(failures(contract, result(10))).toEqual(["far_pct", "recall_pct:missing"]);
  });

  test.each([
    [{ name: "far" }, "name"],
    [{ value: "9" }, "value"],
    [{ value: null }, "value"],
    [{ unit: undefined }, "unit"],
    [{ unit: "" }, "unit"],
    [{ constraints: [] }, "constraints"],
    [{ constraints: { recall_pct: "100" } }, "constraints.recall_pct"],
    [{ threshold: undefined }, "threshold"],
  ])("refuses %j", (change, field) => {
    expect(() => checkResult(contract, { ...result(9, 100), ...change }, "r.json")).toThrow(
      expect.objectContaining({
        code: "metric_result_invalid",
        where: expect.objectContaining(field === "threshold" ? {} : { field }),
      }),
    );
  });

  test("selection: constraints first, then the value, then the earliest", () => {
    const pick = (...list: [number, number?][]) =>
      list.indexOf(
        selectBest(
          contract,
          list.map((pair) => ({ pair, result: result(...pair) })),
        )?.pair as [number],
      );
    expect(pick([5, 99], [9, 100], [8, 100])).toBe(2);
    expect(pick([5, 99], [4, 99], [4, 98])).toBe(1);
    expect(pick([8, 100], [8, 100])).toBe(0);
    expect(selectBest(contract, [])).toBeUndefined();
    const up = buildMetric({ name: "q", operator: ">", target: 1, evaluator: "/e" });
    const a = { result: { value: 2, constraints: {} } };
    const b = { result: { value: 3, constraints: {} } };
    expect(selectBest(up, [a, b, { result: { value: 3, constraints: {} } }])).toBe(b);
  });
});
