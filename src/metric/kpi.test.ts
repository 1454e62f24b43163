import { chmod, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { exists } from "../kit/files.js";
import { evaluateMetric, parseClaim, parseMetric, readInference, writeKpiFiles } from "./index.js";

const WORKED = `input_path,label,siamese_score,object_name
a,PASS,0.10,C1
a,missing,.90,C2
a,bridge,0.40,C3
a, pass ,0.20,C4
a,missing,0.80,C5
a,bridge,0.70,C6
a,PASS,0.45,C7
a,missing,0.60,C8
a,bridge,0.95,C9
a,PASS,0.05,C10
a,missing,0.41,C11
a,bridge,0.99,C12
`;

const folder = () => mkdtemp(path.join(tmpdir(), "kpi-"));
async function csv(text: string | Uint8Array): Promise<{ dir: string; file: string }> {
  const dir = await folder();
  const file = path.join(dir, "inference.csv");
  await writeFile(file, text);
  return { dir, file };
}

describe("writeKpiFiles", () => {
  test("writes the worked vector with upstream's spelling", async () => {
    const { dir, file } = await csv(WORKED);
    const s = await writeKpiFiles(file, dir, { claim: parseClaim("escape<=1%@95%") });
    expect(s).toMatchObject({
      rows: 12,
      pass: 4,
      ng: 8,
      recall100: { threshold: 0.2, far: 0.25 },
      missed: 0,
    });
    expect(s.verdict).toMatchObject({ verdict: "not enough defects to claim", claim: { needed: 299, n: 8 } });
    expect(await readFile(path.join(dir, "metric_result.json"), "utf8")).toBe(
      '{\n  "name": "far_pct",\n  "value": 25.0,\n  "unit": "%",\n  "threshold": 0.2,\n  "constraints": {\n    "recall_pct": 100.0\n  },\n' +
        '  "diagnostics": {\n    "recall_pct": 100.0,\n    "precision": 0.8888888888888888,\n    "f1": 0.9411764705882353\n  }\n}\n',
    );
    const table = (await readFile(path.join(dir, "threshold_metrics.csv"), "utf8")).split("\r\n");
    expect(table).toHaveLength(15);
    expect(table[1]).toBe(
      "0.049999999999999996,8,4,0,0,0.6666666666666666,1.0,0.8,0.6666666666666666,1.0,12,8,4",
    );
    expect(table.at(-2)).toBe("0.99,0,0,4,8,nan,0.0,nan,0.3333333333333333,0.0,0,8,4");
    for (const name of s.files) expect(await exists(path.join(dir, name)), name).toBe(true);
    const chart = await sharp(path.join(dir, "confusion_matrix_recall_100.png")).metadata();
    expect(chart.width).toBe(640);
    const json = JSON.parse(await readFile(path.join(dir, "kpi.json"), "utf8"));
    expect(json.points.map((p: { recallTarget: number }) => p.recallTarget)).toEqual([1, 0.995, 0.99, 0.95]);
    expect(json.points[0].farRate).toMatchObject({ k: 1, n: 4 });
  });

  test("lists missed defects by score, quoted, with the row number of upstream", async () => {
    const passes = "PASS,.3,y\n".repeat(6);
    const { dir, file } = await csv(
      `label,siamese_score,note\nPASS,0.5,x\n"a,b",0.2,"say ""hi"""\nx,0.1,z\nx,0.9,w\nx,0.9,w\n${passes}`,
    );
    const s = await writeKpiFiles(file, dir, { charts: false });
    expect(s.missed).toBe(2);
    const text = await readFile(path.join(dir, "best_f1_missed_no_pass_samples.csv"), "utf8");
    expect(text.split("\r\n")).toEqual([
      "label,siamese_score,note,analysis_row_index,analysis_score,analysis_threshold,analysis_actual_label_group,analysis_predicted_label_group,analysis_outcome",
      "x,0.1,z,4,0.100000,0.500000,NO_PASS,PASS,MISSED_NO_PASS",
      '"a,b",0.2,"say ""hi""",3,0.200000,0.500000,NO_PASS,PASS,MISSED_NO_PASS',
      "",
    ]);
  });

  test("removes a stale result when there is no defect row, and still reports", async () => {
    const { dir, file } = await csv("label,siamese_score\nPASS,0.5\nPASS,0.7\n");
    await writeFile(path.join(dir, "metric_result.json"), "{}");
    const s = await writeKpiFiles(file, dir);
    expect(s.recall100).toBeUndefined();
    expect(await exists(path.join(dir, "metric_result.json"))).toBe(false);
    expect(await readFile(path.join(dir, "summary.txt"), "utf8")).toContain("unavailable");
  });

  test.each([
    ["label,siamese_score\nx,0.5\n", "no_pass_rows"],
    ["label,siamese_score\n", "no_rows"],
    ["", "csv_empty"],
    ["label,score\nPASS,1\n", "column_missing"],
    ["label,siamese_score\nPASS,1,2\n", "csv_row_length"],
    [Buffer.from("label,siamese_score\ncaf\xe9,1\n", "latin1"), "csv_not_utf8"],
    ["label,label,siamese_score\nPASS,PASS,1\n", "csv_duplicate_column"],
  ])("refuses %j with %s", async (text, code) => {
    const { dir, file } = await csv(text);
    await expect(writeKpiFiles(file, dir)).rejects.toMatchObject({ code, kind: "data" });
  });

  test.each(["", " ", "nan", "inf", "0x10", "1_000", "high", "1e999"])(
    "refuses the score %j and names its row",
    async (cell) => {
      const { file } = await csv(`label,siamese_score\r\n\r\nPASS,0.5\r\nx,${cell}\r\n`);
      await expect(readInference(file)).rejects.toMatchObject({
        code: "cell_invalid",
        where: { row: 4, column: 2, field: "siamese_score" },
      });
    },
  );

  test("understands a byte-order mark, other columns and another good label", async () => {
    const { file } = await csv("\ufeffgt,s\nOK,1e-1\nko,+.5\n");
    const data = await readInference(file, { labelColumn: "gt", scoreColumn: "s", passLabel: "ok" });
    expect([...data.scores]).toEqual([0.1, 0.5]);
    expect([...data.ng]).toEqual([0, 1]);
  });
});

describe("evaluateMetric", () => {
  test("builtin: measures the recall that is asked for, and judges it", async () => {
    const { dir, file } = await csv(WORKED);
    const at100 = await evaluateMetric({
      contract: parseMetric("FAR < 30% at Recall=100%"),
      inferenceCsv: file,
      outDir: dir,
      kpi: { charts: false },
    });
    expect(at100).toMatchObject({
      value: 25,
      passed: true,
      evidence_path: path.join(dir, "metric_result.json"),
    });
    const at75 = await evaluateMetric({
      contract: parseMetric("FAR < 10% at Recall=75%"),
      inferenceCsv: file,
      outDir: dir,
      kpi: { charts: false },
    });
    expect(at75).toMatchObject({
      value: 0,
      threshold: 0.45,
      passed: true,
      constraints: { recall_pct: 75 },
      diagnostics: { recall_target_pct: 75, far_pct_at_recall_100: 25 },
    });
  });

  async function script(body: string) {
    const { dir, file } = await csv(WORKED);
    const tool = path.join(dir, "tool.cjs");
    await writeFile(tool, `#!/usr/bin/env node\n${body}`);
    await chmod(tool, 0o755);
    const contract = parseMetric("quality >= 0.9", {
      evaluator: tool,
      evaluatorArgs: ["$HOME; echo", "x y"],
    });
    return { contract, inferenceCsv: file, outDir: path.join(dir, "out") };
  }
  const report = (value: string) =>
    `const a=process.argv.slice(2);require("fs").writeFileSync(a[5],JSON.stringify({name:"quality",unit:"",value:${value},passed:false,args:a}))`;

  test("command: gets argv as it is, and its own passed is ignored", async () => {
    const o = await script(report("0.95"));
    const r = await evaluateMetric(o);
    expect(r.passed).toBe(true);
    expect(r.args).toEqual([
      "$HOME; echo",
      "x y",
      "--inference-csv",
      o.inferenceCsv,
      "--output-json",
      path.join(o.outDir, "metric_result.json"),
    ]);
  });

  test.each([
    ["process.stderr.write('no licence');process.exit(3)", "metric_command_failed"],
    ["", "metric_result_missing"],
    [report('"0.95"'), "metric_result_invalid"],
    [report("NaN"), "metric_result_invalid"],
    ["setTimeout(()=>{},60000)", "metric_command_timeout"],
  ])("command: %s → %s", async (body, code) => {
    const o = await script(body);
    await expect(
      evaluateMetric({ ...o, timeoutMs: code.endsWith("timeout") ? 400 : 20_000 }),
    ).rejects.toMatchObject({ code });
  });

  test("command: stops on abort; a missing or plain file is named", async () => {
    const o = await script("setTimeout(()=>{},60000)");
    await expect(evaluateMetric({ ...o, signal: AbortSignal.timeout(300) })).rejects.toMatchObject({
      kind: "interrupted",
    });
    const tool = (o.contract.evaluator as { path: string }).path;
    await chmod(tool, 0o644);
    await expect(evaluateMetric(o)).rejects.toMatchObject({ code: "metric_command_not_executable" });
    const contract = parseMetric("q > 1", { evaluator: `${tool}x` });
    await expect(evaluateMetric({ ...o, contract })).rejects.toMatchObject({
      code: "metric_command_missing",
    });
  });

  test("artifact: exactly the file of the template", async () => {
    const { dir, file } = await csv(WORKED);
    const contract = parseMetric("yield > 1 boards", {
      evaluator: "artifact",
      artifactProducer: "mes",
      artifactPathTemplate: `${dir}/{iter_label}.json`,
    });
    const o = { contract, inferenceCsv: file, outDir: dir, iterLabel: "iter2" };
    await expect(evaluateMetric(o)).rejects.toMatchObject({ code: "metric_artifact_missing" });
    await writeFile(path.join(dir, "iter2.json"), '{"name":"yield","value":2,"unit":"boards"}');
    expect(await evaluateMetric(o)).toMatchObject({
      passed: true,
      value: 2,
      evidence_path: `${dir}/iter2.json`,
    });
  });
});

test("an output folder that is a file is refused by name", async () => {
  const { file } = await csv(WORKED);
  await expect(writeKpiFiles(file, file)).rejects.toMatchObject({ code: "not_a_folder" });
});
