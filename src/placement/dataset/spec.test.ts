import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readDefectSpec } from "./spec.js";

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
