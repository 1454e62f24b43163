import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { builtinToolkit, copyBundle, inferCsv, localPlatform } from "../engine/index.js";
import { exists, readParquet } from "../kit/index.js";
import { sharedData } from "../kit/testing.js";
import { readInference } from "../metric/index.js";
import { buildReport } from "../report/index.js";
import { realWorkspace } from "./fixtures/real-workspace.js";
import { runPlan } from "./loop.js";
import { makePlan } from "./plan/index.js";

const data = sharedData("deeppcb");
let root = "";
afterAll(() => rm(root, { recursive: true, force: true }));

test.skipIf(!data)(
  "the builtin toolkit, end to end on real crops: every stage, a bundle that reproduces, a report",
  { timeout: 300_000 },
  async () => {
    root = await mkdtemp(path.join(tmpdir(), "reflow-real-"));
    await realWorkspace(data as string, root);
    const plan = await makePlan({
      workspace: root,
      // No model reaches this: the run must use its iteration.
      kpi: "FAR < 0% at Recall=100%",
      claim: "escape<=1%@95%",
      maxIterations: 1,
      numSdg: 4,
      workers: 2,
    });
    expect(plan.problems.filter((p) => p.severity === "error")).toEqual([]);
    expect(plan.parameters.num_epochs).toEqual({ value: 2, source: "spec" });
    const done = await runPlan(plan, {
      toolkit: builtinToolkit(),
      platform: localPlatform(),
      emit: () => {},
      report: async (dir) => {
        await buildReport(dir);
      },
    });
    const rd = done.run_dir;
    const { baseline, iter1 } = done.state.iterations;
    expect(done.state.events).toHaveLength(10);
    expect(["not met", "not enough defects to claim"]).toContain(done.verdict);
    expect(done.metric.value).toBe(Math.min(baseline?.far_pct as number, iter1?.far_pct as number));

    const mined = iter1?.mining_mined_count as number;
    expect(mined).toBeGreaterThan(0);
    expect(await readParquet(iter1?.mining_mined_parquet as string)).toHaveLength(mined);
    const rows = (await readFile(iter1?.combined_training_csv as string, "utf8")).trim().split("\n");
    expect(rows.length - 1).toBe(40 + 4 + mined);
    for (const file of [
      "bundle/model.onnx",
      "finalize/gate.json",
      "finalize/rca/kpi_gaps.parquet",
      "iter1/inference/threshold_metrics.csv",
      "baseline/rca_results/score_distribution.csv",
      "DEFT_Loop_Report.html",
    ])
      expect(await exists(path.join(rd, file)), file).toBe(true);

    // The bundle, copied elsewhere, gives the evaluated scores and verdicts.
    const bundle = path.join(root, "bundle");
    await copyBundle(path.join(rd, "bundle"), bundle);
    const output = path.join(root, "scores.csv");
    await inferCsv({
      bundle,
      csv: plan.data.tables.kpi.file,
      imagesDir: plan.data.imagesDir,
      output,
      workers: 1,
    });
    const best = done.state.iterations[done.metric.iteration];
    const before = await readInference(best?.inference_csv as string);
    const after = await readInference(output);
    const verdicts = (await readFile(output, "utf8")).trim().split("\n").slice(1);
    after.scores.forEach((s, i) => {
      expect(Math.abs(s - (before.scores[i] as number))).toBeLessThanOrEqual(1e-5);
      const ng = (before.scores[i] as number) > (best?.threshold as number);
      expect(verdicts[i]?.endsWith(ng ? ",NG" : ",PASS")).toBe(true);
    });

    // And the example that knows nothing of Reflow does, too: it fails when a score is off by more than 1e-5.
    const example = fileURLToPath(new URL("../../examples/score-with-onnxruntime.mjs", import.meta.url));
    expect(execFileSync(process.execPath, [example, bundle], { encoding: "utf8" })).toContain(
      "pairs, largest",
    );
  },
);
