import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { PairRow } from "../../dataset/row.js";
import type { ReflowEvent } from "../../kit/events.js";
import { makePairs, smallSpec } from "../fixtures/workspace.js";
import { embed, heatmaps, score } from "../inference/pairs.js";
import type { TrainOptions } from "./options.js";
import { train } from "./train.js";

let rows: PairRow[];
let held: PairRow[];
let plain: TrainOptions;
let expected: Record<string, string>;
const spec = smallSpec(4, 12);

const folder = () => mkdtemp(path.join(tmpdir(), "reflow-train-"));

/** Hashes of all checkpoints in a folder, by name. */
async function checkpoints(dir: string): Promise<Record<string, string>> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(".onnx")).sort();
  const hash = async (name: string) =>
    createHash("sha256")
      .update(await readFile(path.join(dir, name)))
      .digest("hex");
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await hash(name)])));
}

beforeAll(async () => {
  rows = await makePairs(24, "train");
  held = await makePairs(8, "held");
  plain = {
    spec,
    train: rows,
    validation: held,
    outDir: await folder(),
    seed: 7,
    workers: 2,
    emit: () => {},
  };
  await train(plain);
  expected = await checkpoints(plain.outDir);
});

test("files have the names of the contract, and status.json tells the story", async () => {
  const names = Object.keys(expected);
  expect(names.filter((n) => n.startsWith("model_epoch"))).toEqual([
    "model_epoch_001_step_00006.onnx",
    "model_epoch_003_step_00012.onnx",
  ]);
  expect(names.filter((n) => n.startsWith("model_best")).length).toBe(1);
  const latest = "changenet_model_classify_latest.onnx";
  expect(await readlink(path.join(plain.outDir, latest))).toBe("model_epoch_003_step_00012.onnx");
  const text = await readFile(path.join(plain.outDir, "status.json"), "utf8");
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines[0]).toMatchObject({ status: "STARTED" });
  expect(lines.at(-1)).toMatchObject({ status: "RUNNING", message: "Train finished successfully." });
  const at = lines.findIndex((line) => String(line.message).startsWith("Eval metrics generated"));
  expect(lines[at]?.kpi).toMatchObject({
    val_loss: expect.any(Number),
    val_acc: expect.any(Number),
    val_fpr: expect.any(Number),
  });
  expect(lines[at + 1]).toMatchObject({ epoch: 0, step: 3 });
  expect(await readFile(path.join(plain.outDir, "experiment.yaml"), "utf8")).toContain("num_epochs: 4");
});

test("the number of workers does not change a byte, nor does it change scores", async () => {
  const outDir = await folder();
  await train({ ...plain, outDir, workers: 1 });
  expect(await checkpoints(outDir)).toEqual(expected);
  const checkpoint = path.join(outDir, "changenet_model_classify_latest.onnx");
  const all = await score({ checkpoint, rows, workers: 2 });
  const some = await score({ checkpoint, rows: rows.slice(5).toReversed(), workers: 1 });
  expect([...some.toReversed()]).toEqual([...all.subarray(5)]);
  expect(all.every((s) => s >= 0 && s <= 1)).toBe(true);
});

test("another seed gives another network", async () => {
  const outDir = await folder();
  await train({ ...plain, outDir, seed: 8 });
  expect((await checkpoints(outDir))["model_epoch_003_step_00012.onnx"]).not.toBe(
    expected["model_epoch_003_step_00012.onnx"],
  );
});

test("an interrupted training goes on to the same bytes, and a finished one returns at once", async () => {
  const outDir = await folder();
  const abort = new AbortController();
  const emit = (event: ReflowEvent) => {
    if (event.type === "progress" && event.what === "train") abort.abort();
  };
  await expect(train({ ...plain, outDir, emit, signal: abort.signal })).rejects.toMatchObject({
    code: "interrupted",
  });
  expect(await readFile(path.join(outDir, "status.json"), "utf8")).toContain("User/System interruption");
  const result = await train({ ...plain, outDir });
  expect(await checkpoints(outDir)).toEqual(expected);
  let events = 0;
  const again = await train({ ...plain, outDir, emit: () => events++ });
  expect(events).toBe(0);
  expect(again).toEqual(result);
});

test("SIGKILL at any moment, then the same again: the same bytes", { timeout: 120_000 }, async () => {
  const outDir = await folder();
  const job = path.join(outDir, "job.json");
  await writeFile(job, JSON.stringify({ ...plain, outDir, workers: 2, emit: undefined }));
  const library = fileURLToPath(new URL("../../../dist/changenet/index.js", import.meta.url));
  const code = `const { train } = await import(${JSON.stringify(library)});
    const job = JSON.parse((await import("node:fs")).readFileSync(${JSON.stringify(job)}, "utf8"));
    await train({ ...job, emit: (e) => e.type === "progress" && process.stdout.write(e.what + e.done + "\\n") });`;
  let kills = 0;
  for (let wait = 1; ; wait += 2) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let seen = 0;
    child.stdout.on("data", (data: Buffer) => {
      seen += data.toString().split("\n").length - 1;
      if (seen >= wait) child.kill("SIGKILL");
    });
    const exit = await new Promise<number | null>((done) => child.on("close", done));
    if (exit === 0) break;
    expect(exit).toBeNull();
    kills++;
  }
  expect(kills).toBeGreaterThan(0);
  expect(await checkpoints(outDir)).toEqual(expected);
  expect((await readdir(outDir)).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a warm start begins from the given network", async () => {
  const outDir = await folder();
  const pretrained = path.join(plain.outDir, "model_epoch_003_step_00012.onnx");
  const { valLoss } = await train({ ...plain, outDir, pretrained, spec: smallSpec(2, 2) });
  const cold = await train({ ...plain, outDir: await folder(), spec: smallSpec(2, 2) });
  expect(valLoss).not.toBe(cold.valLoss);
  await expect(
    train({ ...plain, outDir: await folder(), pretrained: rows[0]!.test[0]! }),
  ).rejects.toMatchObject({
    code: "checkpoint_invalid",
  });
});

test("embeddings and heat maps have one entry a row", async () => {
  const checkpoint = path.join(plain.outDir, "changenet_model_classify_latest.onnx");
  const { dim, data } = await embed({ checkpoint, rows: rows.slice(0, 5), workers: 2 });
  expect(data.length).toBe(5 * dim);
  const maps = await heatmaps({ checkpoint, rows: rows.slice(0, 5), workers: 2 });
  const scores = await score({ checkpoint, rows: rows.slice(0, 5), workers: 2 });
  expect(maps.map((m) => m.score)).toEqual([...scores]);
  for (const map of maps) {
    expect([map.width, map.height, map.data.length]).toEqual([32, 32, 1024]);
    expect(map.data.every((v) => v >= 0 && v <= 1)).toBe(true);
  }
});

test.each([
  ["no NG row", () => ({ train: rows.filter((r) => r.ng === 0) }), "one_class"],
  ["no PASS row", () => ({ train: rows.filter((r) => r.ng === 1) }), "one_class"],
  ["no validation row", () => ({ validation: [] }), "no_rows"],
  [
    "a missing image",
    () => ({ train: [{ ...rows[0]!, test: ["/nowhere.png"] }, ...rows.slice(1)] }),
    "file_missing",
  ],
  ["a rate that blows up", () => ({ spec: { ...spec, lr: 1e30 } }), "loss_not_finite"],
])("%s is one clear error", async (_, change, code) => {
  await expect(train({ ...plain, outDir: await folder(), ...change() })).rejects.toMatchObject({
    name: "ReflowError",
    code,
    hint: expect.stringMatching(/./),
  });
});
