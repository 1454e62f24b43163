import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ReflowError } from "../../../kit/index.js";
import { type MetricContract, parseMetric } from "../../../metric/index.js";
import { tinyWorkspace } from "../../fixtures/workspace.js";
import { blocking, makePlan, type Plan } from "../index.js";
import { type Machine, thisMachine } from "../machine.js";
import { memoryNeed } from "../needs.js";
import { contractCheck } from "./contract.js";

const GIB = 2 ** 30;
let template: string;
const made: string[] = [];
beforeAll(async () => {
  template = await tinyWorkspace();
  made.push(template);
});
afterAll(async () => {
  for (const dir of made) await rm(dir, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), "reflow-checks-"));
  made.push(dir);
  return dir;
}

async function copied(): Promise<string> {
  const root = await folder();
  await cp(template, root, { recursive: true });
  return root;
}

const big: Machine = {
  ...thisMachine(),
  cores: 4,
  memory: 64 * GIB,
  freeBytes: async () => 1000 * GIB,
  runtime: async () => "native",
};

function plan(root: string, machine: Partial<Machine> = {}, more: object = {}): Promise<Plan> {
  const options = {
    workspace: root,
    kpi: "FAR < 1% at Recall=100%",
    maxIterations: 2,
    epochs: 3,
    workers: 1,
  };
  return makePlan({ ...options, ...more }, { machine: { ...big, ...machine } });
}

const row = (p: Plan, id: string) => p.checks.find((c) => c.id === id);

describe("the machine", () => {
  test("a sound workspace on a large machine passes every check that applies", async () => {
    const made = await plan(template);
    expect(made.checks.filter((c) => c.status === "error" || c.status === "warning")).toEqual([
      // One false alarm among 30 PASS rows is 3.3 %: only 0 meets FAR < 1 %.
      expect.objectContaining({ id: "contracts", status: "warning" }),
    ]);
    expect(blocking(made)).toEqual([]);
  });

  test("more workers than cores are pointed out", async () => {
    expect(row(await plan(template, { cores: 2 }, { workers: 3 }), "compute")).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("3 workers on 2 cores"),
    });
  });

  test("memory is estimated from the real pairs, and grows with them", async () => {
    const small = await plan(template, { memory: 1 * GIB });
    expect(row(small, "memory")).toMatchObject({ status: "ok", detail: expect.stringContaining("16×16") });
    const root = await copied();
    await mkdir(path.join(root, "specs"));
    await writeFile(
      path.join(root, "specs", "baseline_spec.yaml"),
      "dataset: {classify: {image_ext: .png, image_width: 512, image_height: 512, batch_size: 32, input_map: {SolderLight: 0}}}\n",
    );
    const large = await plan(root, { memory: 1 * GIB }, { workers: 2 });
    expect(row(large, "memory")).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("512×512"),
    });
    expect(row(await plan(root, {}, { workers: 2 }), "memory")?.status).toBe("ok");
  });

  test("the memory estimate holds for the sizes it was measured at", () => {
    const at = (side: number, batch: number, workers: number) =>
      memoryNeed(
        {
          parameters: { workers: { value: workers }, batch_size: { value: batch } } as Plan["parameters"],
          data: { tables: { train: { rows: 64 }, validation: { rows: 0 } } } as Plan["data"],
        },
        { width: side, height: side, channels: 1, lights: 1, cropPixels: side * side },
      ) /
      2 ** 20;
    // Peak resident MiB of a training step, bench/train.mjs.
    for (const [side, batch, workers, measured] of [
      [96, 32, 2, 342],
      [224, 32, 2, 1047],
      [224, 16, 2, 632],
      [448, 16, 2, 1977],
      [448, 16, 1, 1122],
    ] as const) {
      expect(at(side, batch, workers) / measured).toBeGreaterThan(0.85);
      expect(at(side, batch, workers) / measured).toBeLessThan(1.35);
    }
  });

  test("a disk that cannot hold the run blocks the plan, a tight one is a warning", async () => {
    const full = await plan(template, { freeBytes: async () => 2 ** 20 });
    expect(row(full, "paths")).toMatchObject({
      status: "error",
      detail: expect.stringMatching(/^1 MiB free/),
    });
    expect(blocking(full)).toEqual([
      expect.objectContaining({ code: "disk_too_small", hint: expect.stringContaining("Free about") }),
    ]);
    expect(row(await plan(template, { freeBytes: async () => 200 * 2 ** 20 }), "paths")?.status).toBe(
      "warning",
    );
  });

  test("a result folder that cannot be written blocks", async () => {
    const denied = Object.assign(new Error("no"), { code: "EACCES" });
    const made = await plan(template, { writable: () => Promise.reject(denied) });
    expect(row(made, "paths")?.status).toBe("error");
    expect(blocking(made)).toMatchObject([{ code: "no_permission" }]);
  });

  test("a machine without ONNX Runtime blocks", async () => {
    const missing = new ReflowError("stage", "onnxruntime_missing", "cannot be loaded", "Install it.");
    const made = await plan(template, { runtime: () => Promise.reject(missing) });
    expect(row(made, "runtime")?.status).toBe("error");
    expect(blocking(made)).toMatchObject([{ code: "onnxruntime_missing" }]);
    expect(row(await plan(template, { runtime: async () => "web" }), "runtime")?.status).toBe("warning");
  });
});

describe("the metric contract", () => {
  const kpi = { file: "kpi.csv", sha256: "", rows: 40, ng: 10 };
  const far = parseMetric("FAR < 10% at Recall=100%");

  test("builtin: needs both classes and a target that exists", async () => {
    expect((await contractCheck(far, kpi)).check.status).toBe("ok");
    for (const ng of [0, 40])
      expect(await contractCheck(far, { ...kpi, ng })).toMatchObject({
        check: { status: "error" },
        problems: [{ code: "kpi_not_measurable" }],
      });
    // A way to ask for every iteration, or a slip: it does not block.
    expect(await contractCheck(parseMetric("FAR < 0% at Recall=100%"), kpi)).toMatchObject({
      check: { status: "warning", detail: expect.stringContaining("no result can meet") },
      problems: [],
    });
    expect((await contractCheck(parseMetric("FAR <= 0% at Recall=100%"), kpi)).check.status).toBe("ok");
  });

  test("a contract that does not parse fails", async () => {
    const broken = { ...far, name: "Not A Name" } as MetricContract;
    expect((await contractCheck(broken, kpi)).check.status).toBe("error");
  });

  test("command: must exist and be executable", async () => {
    const file = path.join(await folder(), "measure");
    const contract = parseMetric("quality >= 0.9", { evaluator: file });
    expect(await contractCheck(contract, kpi)).toMatchObject({
      check: { status: "error" },
      problems: [{ code: "metric_command_missing" }],
    });
    await writeFile(file, "#!/bin/sh\n");
    await chmod(file, 0o600);
    expect((await contractCheck(contract, kpi)).problems).toMatchObject([
      { code: "metric_command_not_executable" },
    ]);
    await chmod(file, 0o700);
    expect((await contractCheck(contract, kpi)).check.status).toBe("ok");
  });

  test("artifact: the folder that another system writes to must be there", async () => {
    const dir = await folder();
    const contract = (template: string) =>
      parseMetric("quality >= 0.9", {
        evaluator: "artifact",
        artifactProducer: "line 4",
        artifactPathTemplate: template,
      });
    expect((await contractCheck(contract(`${dir}/{iter_label}/result.json`), kpi)).check.status).toBe("ok");
    expect(await contractCheck(contract(`${dir}/nowhere/{iter_label}.json`), kpi)).toMatchObject({
      check: { status: "error" },
      problems: [{ code: "metric_artifact_folder" }],
    });
  });
});

describe("generator assets", () => {
  const dataset = (root: string) => path.join(root, "augmentation", "anomalygen", "datasets", "pcb");
  const line = (type: string, dependency = "free") =>
    `${JSON.stringify({ defect_type: type, spatial_dependency: dependency })}\n`;

  async function withDataset(spec: string, pictures: readonly string[]): Promise<string> {
    const root = await copied();
    await mkdir(dataset(root), { recursive: true });
    await writeFile(path.join(dataset(root), "defect_spec.jsonl"), spec);
    for (const name of pictures) {
      const file = path.join(dataset(root), name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, "x");
    }
    return root;
  }

  test("a defect spec whose folders are there is ok; what is missing is named", async () => {
    const root = await withDataset(line("PCB+scratch") + line("PCB+dent"), [
      "PCB/clean_image/a.png",
      "PCB/mask/scratch/m.png",
    ]);
    const half = row(await plan(root), "assets");
    expect(half).toMatchObject({ status: "warning", detail: expect.stringContaining("1 of 2 defect types") });
    expect(half?.detail).toContain("PCB+dent");
    await mkdir(path.join(dataset(root), "PCB", "mask", "dent"), { recursive: true });
    await writeFile(path.join(dataset(root), "PCB", "mask", "dent", "m.png"), "x");
    expect(row(await plan(root), "assets")?.status).toBe("ok");
  });

  test.each([
    ["not JSON\n", [], "spec_line_invalid"],
    ["", [], "spec_empty"],
    [line("PCB+scratch"), [], "clean_images_missing"],
    [line("PCB+scratch", "cad"), ["PCB/clean_image/a.png", "PCB/mask/scratch/m.png"], "file_missing"],
  ])("a spec %j with %j blocks with %s, unless nothing is generated", async (spec, pictures, code) => {
    const root = await withDataset(spec, pictures);
    const broken = await plan(root);
    expect(row(broken, "assets")?.status).toBe("error");
    expect(blocking(broken).map((p) => p.code)).toContain(code);
    expect(blocking(await plan(root, {}, { numSdg: 0 }))).toEqual([]);
  });

  test("a type that asks for a place by prompt is said to be placed freely", async () => {
    const spec = {
      defect_type: "PCB+scratch",
      spatial_dependency: "text",
      roi_prompt_defect_location: "on the pad",
    };
    const root = await withDataset(JSON.stringify(spec), ["PCB/clean_image/a.png", "PCB/mask/scratch/m.png"]);
    expect(row(await plan(root), "assets")).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("placed freely, because prompts are not read: PCB+scratch"),
    });
  });

  test("a dataset folder without a spec is not silently ignored", async () => {
    const root = await copied();
    await mkdir(dataset(root), { recursive: true });
    expect(row(await plan(root), "assets")).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("defect_spec.jsonl: pcb"),
    });
  });
});
