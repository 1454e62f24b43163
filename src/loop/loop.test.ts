import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../changenet/onnx/model.js";
import { frozenClock, localPlatform } from "../engine/index.js";
import { acquireLock } from "../engine/lock.js";
import { exists, type ReflowEvent } from "../kit/index.js";
import type { DriveOptions } from "./driver.js";
import { fakeToolkit, inProcess } from "./fixtures/fake-toolkit.js";
import { tinyWorkspace } from "./fixtures/workspace.js";
import { NotApproved, resumeRun, runPlan, startRun } from "./loop.js";
import { makePlan } from "./plan/index.js";
import { thisMachine } from "./plan/machine.js";
import { loadState } from "./state/index.js";
import { runStatus } from "./status.js";

let template: string;
const made: string[] = [];

beforeAll(async () => {
  template = await tinyWorkspace();
  made.push(template);
});
afterAll(async () => {
  for (const dir of made) await rm(dir, { recursive: true, force: true });
});

async function workspace(): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), "reflow-loop-"));
  made.push(root);
  await cp(template, root, { recursive: true });
  return root;
}

const options = (root: string, more: object = {}) => ({
  workspace: root,
  kpi: "FAR < 1% at Recall=100%",
  maxIterations: 2,
  epochs: 3,
  numSdg: 4,
  workers: 1,
  ...more,
});

/** Lets plans be made on disks that are far too small for a real run. */
const roomy = { machine: { ...thisMachine(), freeBytes: async () => 2 ** 40 } };

function drive(settings: Record<string, string | number> = {}, processes = false) {
  const events: ReflowEvent[] = [];
  const ran: string[] = [];
  const o: DriveOptions = {
    toolkit: fakeToolkit(settings),
    platform: processes ? localPlatform() : inProcess(settings, ran),
    emit: (e) => events.push(e),
    clock: frozenClock(1_790_000_000),
  };
  return { o, events, ran };
}

describe("a run with a fake toolkit", () => {
  test("goes through all stages, improves, and leaves every artifact of the contracts", async () => {
    const root = await workspace();
    const { o, events } = drive({ ENOUGH: 60 }, true);
    const plan = await makePlan(options(root));
    const done = await runPlan(plan, o);
    const rd = done.run_dir;
    expect(done.verdict).toBe("met");
    expect(done.metric.passed).toBe(true);
    const state = await loadState(rd);
    expect(state.status).toBe("complete");
    expect((state.iterations.iter1?.far_pct ?? 100) < (state.iterations.baseline?.far_pct ?? 0)).toBe(true);
    const handoff = JSON.parse(await readFile(path.join(rd, "best_model.json"), "utf8"));
    expect(Object.keys(handoff)).toEqual([
      "checkpoint",
      "threshold",
      "metric_contract",
      "metric_result",
      "iteration",
      "backbone",
      "backbone_container_path",
      "backbone_type",
      "backbone_frozen",
      "images_dir",
      "training_spec",
      "far_pct",
    ]);
    for (const file of [
      "loop_log.jsonl",
      "plan.json",
      "inputs/baseline_spec.yaml",
      "baseline/train/training_spec.yaml",
      "baseline/train/receipt.json",
      "baseline/inference/best_val/inference.csv",
      "baseline/inference/latest/metric_result.json",
      "iter1/dataset/train_combined_iter1.csv",
      "iter1/mining_filter/mining_pool.csv",
      "iter1_summary.md",
      "bundle/manifest.json",
    ])
      expect(await exists(path.join(rd, file)), file).toBe(true);
    expect(await exists(path.join(rd, ".reflow.lock"))).toBe(false);
    expect(await exists(path.join(rd, "progress.json"))).toBe(false);
    const iterTrain = await readFile(path.join(rd, "iter1/train/training_spec.yaml"), "utf8");
    expect(iterTrain).toContain(`pretrained_model_path: ${state.iterations.baseline?.best_ckpt_path}`);
    expect(iterTrain).toContain("train_combined_iter1.csv");
    const words = (await readFile(path.join(rd, "iter1_summary.md"), "utf8")).split(/\s+/).length;
    expect(words).toBeLessThanOrEqual(300);
    expect(events.filter((e) => e.type === "stage" && e.status === "ok")).toHaveLength(state.events.length);
    expect(await runStatus(rd)).toMatchObject({
      status: "complete",
      next_stage: "complete",
      best: done.metric.iteration,
    });
    // A second look does nothing.
    expect((await resumeRun(rd, o)).verdict).toBe("met");
  });

  test("stops at the limit, and an iteration that is worse is not the winner", async () => {
    const root = await workspace();
    // Far too few rows ever separate the classes.
    const { o } = drive({ ENOUGH: 4000, MINED: 1 });
    const done = await runPlan(await makePlan(options(root)), o);
    expect(done.verdict).toBe("not met");
    const values = Object.values(done.state.iterations).map((r) => r.far_pct as number);
    expect(done.metric.value).toBe(Math.min(...values));
    expect(done.state.events.at(-1)?.summary).toContain("iteration limit");
  });

  test("nothing is written before approval, and a wrong hash is answered with the right one", async () => {
    const root = await workspace();
    const { o } = drive();
    const refused = await startRun(options(root), "0123", o).catch((e: unknown) => e);
    expect(refused).toBeInstanceOf(NotApproved);
    expect((refused as NotApproved).exitCode).toBe(2);
    expect((refused as NotApproved).plan.plan_hash).toMatch(/^[0-9a-f]{32}$/);
    expect(await exists(path.join(root, "results"))).toBe(false);
  });

  test("a hard stop is committed as an error, is never retried, and a new run can follow", async () => {
    const root = await workspace();
    const plan = await makePlan(options(root));
    const { o } = drive({ FAIL: "baseline" });
    await expect(runPlan(plan, o)).rejects.toMatchObject({ code: "fake_failure", exitCode: 3 });
    const [run] = await readdir(path.join(root, "results"));
    const rd = path.join(root, "results", run as string);
    const state = await loadState(rd);
    expect(state).toMatchObject({ status: "failed", iterations: { baseline: { status: "failed" } } });
    expect(state.events.at(-1)).toMatchObject({ stage: "rca", status: "error" });
    await expect(resumeRun(rd, drive().o)).rejects.toMatchObject({ code: "run_failed", exitCode: 4 });
    const again = await runPlan(await makePlan(options(root)), drive({ ENOUGH: 60 }).o);
    expect(again.run_dir).not.toBe(rd);
  });

  test("without a pool, mining is skipped and the run still grows", async () => {
    const root = await workspace();
    await rm(path.join(root, "augmentation"), { recursive: true });
    const done = await runPlan(await makePlan(options(root, { maxIterations: 1 })), drive().o);
    expect(done.state.iterations.iter1).toMatchObject({ data_mining_skipped: true });
    expect(done.state.events.map((e) => e.stage)).toContain("data_mining");
    // No pool is made up: the contracts ask for rows, which an empty table would not have either (docs/files.md).
    const { mining_pool_csv } = done.state.config as { mining_pool_csv: string };
    expect(mining_pool_csv).toBe(
      path.join(done.state.results_dir, "../../augmentation/mining_pool/mining_pool.csv"),
    );
    expect(await exists(mining_pool_csv)).toBe(false);
    expect(await readdir(path.join(done.run_dir, "inputs"))).not.toContain("mining_pool.resolved.csv");
  });

  test("the summary names what was placed freely against the defect spec", async () => {
    const root = await workspace();
    const { o } = drive({ ENOUGH: 60, FREELY: "PCB+scratch" });
    const { state } = await runPlan(await makePlan(options(root)), o);
    const made = state.events.find((e) => e.stage === "anomalygen");
    expect(made?.summary).toContain("placed freely: 2 PCB+scratch (its prompt is not read).");
  });

  test("no new rows at all is a hard stop", async () => {
    const root = await workspace();
    const { o } = drive({ MINED: 0, ENOUGH: 4000 });
    const plan = await makePlan(options(root, { numSdg: 0 }));
    await expect(runPlan(plan, o)).rejects.toMatchObject({ code: "zero_new_rows" });
  });

  test("a baseline trained elsewhere is not trained again", async () => {
    const root = await workspace();
    const seed = path.join(root, "seed.onnx");
    await writeFile(seed, JSON.stringify({ quality: 100, seed: 1, epoch: 0, steps: 1 }));
    const plan = await makePlan(options(root, { baselineCheckpoint: seed }), { openCheckpoint: readFile });
    const done = await runPlan(plan, drive().o);
    expect(done.state.events.map((e) => e.stage)).toEqual(["evaluate", "loop_stop"]);
    expect(done.metric.iteration).toBe("baseline");
  });
});

describe("the plan", () => {
  test("its hash changes with any parameter and any datum, and with nothing else", async () => {
    const root = await workspace();
    const base = (await makePlan(options(root))).plan_hash;
    expect((await makePlan(options(root))).plan_hash).toBe(base);
    const moved = await workspace();
    expect((await makePlan(options(moved))).plan_hash).toBe(base);
    expect((await makePlan(options(root, { workers: 2 }))).plan_hash).toBe(base);
    const hashes = [base];
    for (const more of [
      { kpi: "FAR < 2% at Recall=100%" },
      { maxIterations: 3 },
      { seed: 2 },
      { epochs: 4 },
      { numSdg: 5 },
      { topK: 6 },
      { minSimilarity: 0.8 },
      { claim: "escape<=1%@95%" },
    ])
      hashes.push((await makePlan(options(root, more))).plan_hash);
    const pixel = path.join(root, "images", "test", "kpi003_SolderLight.png");
    await cp(path.join(root, "images", "golden", "kpi003_SolderLight.png"), pixel);
    hashes.push((await makePlan(options(root))).plan_hash);
    const csv = path.join(root, "kpi", "testing_set.csv");
    await writeFile(csv, (await readFile(csv, "utf8")).trimEnd().split("\n").slice(0, -1).join("\n"));
    hashes.push((await makePlan(options(root))).plan_hash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test("shows every value with its source, and what blocks it", async () => {
    const root = await workspace();
    const plan = await makePlan(options(root, { seed: 5 }));
    expect(plan.parameters.seed).toEqual({ value: 5, source: "user" });
    expect(plan.parameters.min_similarity).toEqual({ value: 0.9, source: "default" });
    expect(plan.summary.map((b) => b.title)).toEqual([
      "Run configuration",
      "Dataset",
      "Augmentation",
      "Docker images",
    ]);
    expect(plan.checks.map((c) => c.id).slice(0, 3)).toEqual(["workspace", "mining_pool", "contracts"]);
    await rm(path.join(root, "images", "test", "kpi003_SolderLight.png"));
    const broken = await makePlan(options(root));
    expect(broken.problems.filter((p) => p.severity === "error")).not.toEqual([]);
    await expect(runPlan(broken, drive().o)).rejects.toMatchObject({ exitCode: 3 });
  });

  test.each([
    [{ maxIterations: 0 }, "option_range"],
    [{ seed: -1 }, "option_range"],
    [{ minSimilarity: 2 }, "option_range"],
    [{ kpi: "FAR < 0.1" }, ""],
    [{ claim: "zero escapes" }, ""],
    [{ encoder: "/nowhere.onnx" }, "encoder_missing"],
  ])("refuses %j", async (more, code) => {
    const error = (await makePlan(options(template, more)).catch((e: unknown) => e)) as {
      code: string;
      exitCode: number;
    };
    expect(error.exitCode).toBe(2);
    if (code) expect(error.code).toBe(code);
  });
});

describe("files that the plan names", () => {
  test.each(["encoder", "baselineCheckpoint"])(
    "%s is opened: folder, table and pipe are refused",
    async (option) => {
      const root = await workspace();
      const code = option === "encoder" ? "encoder_invalid" : "checkpoint_invalid";
      const refused = (file: string) => expect(makePlan(options(root, { [option]: file }))).rejects;
      await refused(root).toMatchObject({ code: "is_a_folder", hint: expect.stringMatching(/./) });
      await refused(path.join(root, "kpi", "testing_set.csv")).toMatchObject({ code, exitCode: 3 });
      await refused("/dev/null").toMatchObject({ code: "not_a_file" });
    },
  );

  test("an encoder's side file is shown and is part of the approval", async () => {
    const root = await workspace();
    const encoder = path.join(root, "siglip.onnx");
    const model = encodeModel({
      nodes: [{ op: "ReduceMean", inputs: ["p"], outputs: ["v"], attributes: { axes: [2, 3], keepdims: 0 } }],
      constants: new Map(),
      inputs: [{ name: "p", type: "float", shape: [1, 3, 8, 8] }],
      outputs: [{ name: "v", type: "float", shape: [1, 3] }],
    });
    await writeFile(encoder, model);
    const planned = async () => {
      const plan = await makePlan(options(root, { encoder }));
      const shown = plan.summary.flatMap((b) => b.rows).find((r) => r.name === "Mining encoder");
      return [plan.plan_hash, shown?.value] as const;
    };
    const [before, plain] = await planned();
    expect(plain).toContain(
      "8×8 pixels, mean 0.485 0.456 0.406, spread 0.229 0.224 0.225: the ImageNet defaults",
    );
    const side = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
    await writeFile(path.join(root, "preprocessor_config.json"), JSON.stringify(side));
    const [after, shown] = await planned();
    expect(shown).toContain("mean 0.5 0.5 0.5, spread 0.5 0.5 0.5: preprocessor_config.json");
    expect(after).not.toBe(before);
  });

  test("status and plan show the recall of the target", async () => {
    const root = await workspace();
    const plan = await makePlan(options(root, { kpi: "FAR < 1% at Recall=99.5%" }));
    const shown = plan.summary.flatMap((b) => b.rows).find((r) => r.name === "Metric contract");
    expect(shown?.value).toBe("FAR < 1% at Recall=99.5%");
    const { run_dir } = await runPlan(plan, drive({ ENOUGH: 60 }).o);
    expect((await runStatus(run_dir)).target).toBe("FAR < 1% at Recall=99.5%");
  });
});

describe("the surroundings", () => {
  test("a second process gets one clear error; the lock of a dead one is taken over", async () => {
    const root = await workspace();
    const plan = await makePlan(options(root));
    const held: Promise<unknown>[] = [];
    const { o } = drive();
    const first = runPlan(plan, { ...o, onRunDir: (rd) => held.push(drive2(rd)) });
    const drive2 = async (rd: string) => {
      while (!(await exists(path.join(rd, ".reflow.lock")))) await new Promise((r) => setTimeout(r, 2));
      return resumeRun(rd, drive().o).catch((e: unknown) => e);
    };
    const done = await first;
    expect(await held[0]).toMatchObject({ code: "run_locked", exitCode: 2 });
    const lock = path.join(done.run_dir, ".reflow.lock");
    const dead = {
      pid: process.pid,
      start: "another life",
      host: (await import("node:os")).hostname(),
      token: "x",
    };
    await writeFile(lock, JSON.stringify(dead));
    const taken = await acquireLock(done.run_dir);
    await taken.release();
    expect(await exists(lock)).toBe(false);
  });

  test("of many that find one stale lock, exactly one gets it", async () => {
    const dir = await mkdtemp(path.join(tmpdir(), "reflow-lock-"));
    made.push(dir);
    await writeFile(path.join(dir, ".reflow.lock"), "torn {");
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => acquireLock(dir)));
    expect(tries.filter((t) => t.status === "fulfilled")).toHaveLength(1);
    expect(await readdir(dir)).toEqual([".reflow.lock"]);
  });

  test("an abort stops the stage, keeps finished work, and leaves a resumable run", async () => {
    const root = await workspace();
    const plan = await makePlan(options(root));
    const stop = new AbortController();
    const { o } = drive({ DELAY: 200, ENOUGH: 60 }, true);
    let runDir = "";
    const run = runPlan(plan, {
      ...o,
      signal: stop.signal,
      onRunDir: (rd) => {
        runDir = rd;
      },
      emit: (e) => {
        if (e.type === "progress" && e.what === "train") stop.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
    expect(await runStatus(runDir)).toMatchObject({ status: "interrupted", next_stage: "train" });
    expect((await resumeRun(runDir, drive({ ENOUGH: 60 }).o)).verdict).toBe("met");
  });

  test("finished jobs are not repeated when only the commit was lost", async () => {
    const root = await workspace();
    const plan = await makePlan(options(root, { maxIterations: 1 }));
    const done = await runPlan(plan, drive({ ENOUGH: 4000 }).o);
    // The state as it was before the last evaluate was committed.
    const file = path.join(done.run_dir, "deft_state.json");
    const state = JSON.parse(await readFile(file, "utf8"));
    const { completed_at: _, final_artifacts: __, ...rest } = state;
    const { inference_csv: ___, metric_result, threshold, far_pct, ...iter1 } = state.iterations.iter1;
    expect([metric_result, threshold, far_pct]).not.toContain(undefined);
    const back = {
      ...rest,
      status: "in_progress",
      iterations: {
        ...state.iterations,
        iter1: { ...iter1, status: "in_progress", stage_completed: "train" },
      },
      events: state.events.slice(0, -2),
    };
    // Evaluate began from the training's choice.
    const receipt = JSON.parse(await readFile(path.join(done.run_dir, "iter1/train/receipt.json"), "utf8"));
    back.iterations.iter1.best_ckpt_path = receipt.result.bestCheckpoint;
    await writeFile(file, JSON.stringify(back));
    const second = drive({ ENOUGH: 4000 });
    const again = await resumeRun(done.run_dir, second.o);
    expect(second.ran).toEqual([]);
    expect(again.metric).toEqual(done.metric);
    expect(await readFile(path.join(done.run_dir, "loop_log.jsonl"), "utf8")).toContain("loop_stop");
  });

  test("a full disk stops with one clear error and leaves the run resumable", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "reflow-small-"));
    made.push(root);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", root], { stdio: "ignore" });
    } catch {
      console.warn("skipped: no permission to mount a small file system");
      return;
    }
    try {
      await cp(template, root, { recursive: true });
      const plan = await makePlan(options(root), roomy);
      const filler = path.join(root, "filler");
      let full = false;
      const { o } = drive({ ENOUGH: 60 });
      const run = runPlan(plan, {
        ...o,
        emit: (e) => {
          if (!full && e.type === "stage" && e.stage === "train" && e.status === "ok") {
            full = true;
            execFileSync("sh", ["-c", `cat /dev/zero > ${filler} 2>/dev/null || true`]);
          }
        },
      });
      await expect(run).rejects.toMatchObject({ code: "disk_full", exitCode: 4 });
      const [name] = await readdir(path.join(root, "results"));
      const rd = path.join(root, "results", name as string);
      expect(await runStatus(rd)).toMatchObject({ status: "interrupted" });
      await rm(filler);
      expect((await resumeRun(rd, drive({ ENOUGH: 60 }).o)).verdict).toBe("met");
    } finally {
      execFileSync("umount", [root]);
    }
  });

  test("a run on a read-only disk is one clear error and stays as it is", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "reflow-ro-"));
    made.push(root);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", root], { stdio: "ignore" });
    } catch {
      console.warn("skipped: no permission to mount a read-only file system");
      return;
    }
    try {
      await cp(template, root, { recursive: true });
      const plan = await makePlan(options(root), roomy);
      const { o } = drive({ ENOUGH: 60 });
      let runDir = "";
      const run = runPlan(plan, {
        ...o,
        onRunDir: (rd) => {
          runDir = rd;
        },
        emit: (e) => {
          if (e.type === "stage" && e.stage === "evaluate" && e.status === "ok")
            execFileSync("mount", ["-o", "remount,ro", root], { stdio: "ignore" });
        },
      });
      await expect(run).rejects.toMatchObject({ code: "read_only", exitCode: 4 });
      await expect(resumeRun(runDir, o)).rejects.toMatchObject({ code: "read_only", exitCode: 4 });
      expect(await loadState(runDir)).toMatchObject({ status: "in_progress" });
      execFileSync("mount", ["-o", "remount,rw", root]);
      // The lock could not be removed; its process would have ended by now.
      await rm(path.join(runDir, ".reflow.lock"));
      expect((await resumeRun(runDir, drive({ ENOUGH: 60 }).o)).verdict).toBe("met");
    } finally {
      execFileSync("umount", [root]);
    }
  });

  test("a read-only results folder is one clear error", async () => {
    const root = await workspace();
    const plan = await makePlan(options(root));
    await writeFile(path.join(root, "results"), "a file where a folder should be");
    await expect(runPlan(plan, drive().o)).rejects.toMatchObject({ exitCode: 4 });
    await rm(path.join(root, "results"));
    if (process.getuid?.() === 0) return;
    await mkdir(path.join(root, "results"));
    await chmod(path.join(root, "results"), 0o500);
    await expect(runPlan(plan, drive().o)).rejects.toMatchObject({ code: "no_permission" });
    await chmod(path.join(root, "results"), 0o700);
  });

  test("a table that changed after approval stops the resume", async () => {
    const root = await workspace();
    const plan = await makePlan(options(root));
    const stop = new AbortController();
    let runDir = "";
    const { o } = drive({ DELAY: 100 });
    await runPlan(plan, {
      ...o,
      signal: stop.signal,
      onRunDir: (rd) => {
        runDir = rd;
      },
      emit: (e) => e.type === "progress" && e.what === "train" && stop.abort(),
    }).catch(() => {});
    await writeFile(path.join(root, "kpi", "testing_set.csv"), "input_path,golden_path,label,object_name\n");
    await expect(resumeRun(runDir, drive().o)).rejects.toMatchObject({ code: "data_changed", exitCode: 3 });
  });

  test.each([
    ["{", "json_invalid"],
    ["[]", "state_invalid"],
    ['{"version": 2}', "state_invalid"],
  ])("a state file that holds %s is refused with its name", async (text, code) => {
    const dir = await mkdtemp(path.join(tmpdir(), "reflow-bad-"));
    made.push(dir);
    await writeFile(path.join(dir, "deft_state.json"), text);
    await expect(resumeRun(dir, drive().o)).rejects.toMatchObject({ code, exitCode: 3 });
    await expect(runStatus(path.join(dir, "nowhere"))).rejects.toMatchObject({ code: "state_missing" });
  });
});
