import { describe, expect, test } from "vitest";
import { archetypeOf } from "./archetypes.js";
import { type Counts, checkChain } from "./chain.js";
import { drawableLabels } from "./learn.js";

describe("count chain (contract 7.4)", () => {
  const names = ["P+a_00000.png", "P+a_00001.png", "P+b_00000.png"];
  const good: Counts = {
    numSdg: 3,
    allocation: new Map([
      ["P+a", 2],
      ["P+b", 1],
    ]),
    testcase: new Map([
      ["P+a", 2],
      ["P+b", 1],
    ]),
    resultRows: 3,
    reconstructed: names,
    original: names,
    blocked: 0,
    paired: 3,
    skippedUnpaired: 0,
    csvRows: 3,
  };

  test("agrees when every link agrees", () => {
    expect(checkChain(good)).toMatchObject({ status: "ok", planned: 3, produced: 3, problems: [] });
  });

  test.each<[string, Partial<Counts>, string]>([
    ["a plan that does not add up", { numSdg: 4 }, "amp_allocation_mismatch"],
    [
      "more test cases than allocated",
      { testcase: new Map([["P+a", 3]]), resultRows: 3 },
      "amp_allocation_mismatch",
    ],
    ["a missing result row", { resultRows: 2 }, "sdg_interrupted"],
    ["a missing picture", { reconstructed: names.slice(1) }, "sdg_interrupted"],
    ["a picture without its original", { original: [...names.slice(1), "x.png"] }, "silent_drop_pairing"],
    ["a lost pair", { paired: 2, csvRows: 2 }, "silent_drop_ingest"],
    ["an unpaired sample", { skippedUnpaired: 1 }, "silent_drop_ingest"],
    ["a lost table row", { csvRows: 2 }, "silent_drop_csv"],
    ["a blocked row that was paired", { blocked: 1 }, "silent_drop_ingest"],
  ])("finds %s", (_, change, code) => {
    const check = checkChain({ ...good, ...change });
    expect(check.status).toBe("fatal");
    expect(check.problems.map((p) => p.code)).toContain(code);
  });

  test("a shortfall is reported and is not fatal; nothing at all is", () => {
    const two = names.slice(0, 2);
    const short = checkChain({
      ...good,
      testcase: new Map([["P+a", 2]]),
      resultRows: 2,
      reconstructed: two,
      original: two,
      paired: 2,
      csvRows: 2,
    });
    expect(short).toMatchObject({ status: "shortfall", shortfall: { "P+b": 1 }, produced: 2 });
    const none = checkChain({
      ...good,
      testcase: new Map(),
      resultRows: 0,
      reconstructed: [],
      original: [],
      paired: 0,
      csvRows: 0,
    });
    expect(none.status).toBe("fatal");
    expect(none.problems.map((p) => p.code)).toContain("sdg_nothing_produced");
  });

  test("blocked rows that were left out are only a warning (T18)", () => {
    const check = checkChain({ ...good, blocked: 1, paired: 2, csvRows: 2 });
    expect(check.status).toBe("ok");
    expect(check.problems.map((p) => [p.code, p.severity])).toEqual([["guardrail_blocked", "warning"]]);
  });
});

test("known types are found under their spellings", () => {
  expect(archetypeOf("Pin-hole")).toEqual({ addsConductor: false, contacts: 0 });
  expect(archetypeOf("spurious_copper")).toEqual({ addsConductor: true, contacts: 0 });
  expect(archetypeOf("mouse bite")).toEqual(archetypeOf("mousebite"));
  expect(archetypeOf("missing")).toBeUndefined();
  expect(drawableLabels(["spur", "PASS"], ["pin-hole", "smear"], true)).toEqual(["pin-hole", "spur"]);
  expect(drawableLabels(["spur"], ["pin-hole"], false)).toEqual(["spur"]);
});
