import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate } from "./allocation.js";
import { archetypeOf } from "./archetypes.js";
import { type Counts, checkChain } from "./chain.js";
import { drawableLabels } from "./learn.js";
import { readDefectSpec } from "./spec.js";

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

describe("defect spec (contract 7.1)", () => {
  async function read(text: string) {
    const file = path.join(await mkdtemp(path.join(tmpdir(), "spec-")), "defect_spec.jsonl");
    await writeFile(file, text);
    return readDefectSpec(file);
  }

  test("reads lines in order, with CRLF, a byte-order mark and blank lines", async () => {
    const { specs, problems } = await read(
      '\ufeff{"defect_type":"Metal+crack","spatial_dependency":"free"}\r\n\r\n{"defect_type":"Pad+bridge","spatial_dependency":"cad"}\r\n',
    );
    expect(problems).toEqual([]);
    expect(specs.map((s) => [s.line, s.texture, s.anomaly, s.dependency])).toEqual([
      [1, "Metal", "crack", "free"],
      [3, "Pad", "bridge", "cad"],
    ]);
  });

  test("names the line of everything that is wrong and keeps the rest", async () => {
    const { specs, problems } = await read(
      [
        '{"defect_type":"A+ok"}',
        "{oops",
        "[1]",
        '{"defect_type":"NoPlus"}',
        '{"defect_type":"A+../up"}',
        '{"defect_type":"A+b,c"}',
        '{"defect_type":"A+x","spatial_dependency":"magic"}',
        '{"defect_type":"A+y","spatial_dependency":"text","roi_prompt_defect_location":" "}',
        '{"defect_type":"A+ok"}',
      ].join("\n"),
    );
    expect(specs.map((s) => s.defectType)).toEqual(["A+ok"]);
    expect(problems.map((p) => [p.where?.row, p.code])).toEqual([
      [2, "spec_line_invalid"],
      [3, "spec_line_invalid"],
      [4, "spec_defect_type"],
      [5, "spec_defect_type"],
      [6, "spec_defect_type"],
      [7, "spec_dependency"],
      [8, "spec_prompt_missing"],
      [9, "spec_duplicate"],
    ]);
    expect((await read("\n")).problems.map((p) => p.code)).toEqual(["spec_empty"]);
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
