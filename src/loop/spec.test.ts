import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { defaultSpecTree, parseSpec } from "../changenet/index.js";
import { deriveSpec, effectiveSpec, inferenceSpec, readSpecTree, specText, valueAt } from "./spec.js";

const tree = {
  task: "classify",
  customer_key: { kept: true },
  train: { num_epochs: 20, validation_interval: 10, checkpoint_interval: 5, classify: { loss: "ce" } },
  model: {
    backbone: { type: "c_radio_v2_vit_base_patch16_224", pretrained_backbone_path: "/data/x.safetensors" },
    classify: { eval_margin: 0.3 },
  },
  dataset: {
    classify: {
      train_dataset: { csv_path: "a", images_dir: "b" },
      validation_dataset: { csv_path: "a", images_dir: "b" },
      test_dataset: {},
      infer_dataset: {},
      batch_size: 16,
      workers: 2,
      input_map: { SolderLight: 0, UniformLight: 1 },
      augmentation_config: { augment: true, random_flip: { enable: true } },
    },
  },
};
const splits = {
  resultsDir: "/rd/iter1",
  train: { csv: "/rd/c.csv", imagesDir: "/ws" },
  validation: { csv: "/ws/v.csv", imagesDir: "/ws/images" },
  kpi: { csv: "/ws/k.csv", imagesDir: "/ws/images" },
  backbone: "/rd/inputs/b.safetensors",
};

test("a derived spec changes data, folder, weights and warm start, and nothing else", () => {
  const spec = deriveSpec(tree, { ...splits, pretrained: "/rd/best.onnx" });
  expect(valueAt(spec, "dataset.classify.train_dataset")).toEqual({
    csv_path: "/rd/c.csv",
    images_dir: "/ws",
  });
  expect(valueAt(spec, "dataset.classify.infer_dataset.csv_path")).toBe("/ws/k.csv");
  expect(valueAt(spec, "train.pretrained_model_path")).toBe("/rd/best.onnx");
  expect(valueAt(spec, "train.resume_training_checkpoint_path")).toBeUndefined();
  expect(valueAt(spec, "model.backbone.pretrained_backbone_path")).toBe("/rd/inputs/b.safetensors");
  expect(spec.customer_key).toEqual({ kept: true });
  expect(Object.keys(valueAt(spec, "dataset.classify.input_map") as object)).toEqual([
    "SolderLight",
    "UniformLight",
  ]);
  expect(valueAt(tree, "train.pretrained_model_path")).toBeUndefined();
  expect(parse(specText(spec))).toEqual(spec);
});

test("intervals never exceed the epochs, and the change is told", () => {
  const { tree: out, notes } = effectiveSpec(tree, 4);
  expect(valueAt(out, "train")).toMatchObject({
    num_epochs: 4,
    validation_interval: 4,
    checkpoint_interval: 4,
  });
  expect(notes).toHaveLength(2);
  expect(effectiveSpec(tree, undefined)).toEqual({ tree, notes: [] });
});

test("the handoff spec is upstream's: no training data, threshold as margin, no augmentation", () => {
  const spec = inferenceSpec(deriveSpec(tree, splits), 0.25);
  expect(Object.keys(spec)).toEqual([
    "encryption_key",
    "task",
    "results_dir",
    "train",
    "model",
    "dataset",
    "inference",
  ]);
  expect(spec.train).toEqual({ classify: { loss: "ce" } });
  expect(valueAt(spec, "model.classify.eval_margin")).toBe(0.25);
  const data = valueAt(spec, "dataset.classify") as Record<string, unknown>;
  expect(data.train_dataset).toBeUndefined();
  expect(data).toMatchObject({ batch_size: 1, workers: 1, infer_dataset: { csv_path: "", images_dir: "" } });
  expect(valueAt(data, "augmentation_config.augment")).toBe(false);
  expect(valueAt(inferenceSpec(tree, null), "model.classify.eval_margin")).toBe(0.3);
});

test.each([
  ["a: [1", 1],
  ["a: 1\nb: {c: 2\n", 3],
  ["- a\n", undefined],
  ["", undefined],
])("a spec that holds %j is refused with its line", async (text, line) => {
  const dir = await mkdtemp(path.join(tmpdir(), "spec-"));
  const file = path.join(dir, "s.yaml");
  await writeFile(file, text);
  const error = await readSpecTree(file).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "spec_unreadable", exitCode: 3 });
  await rm(dir, { recursive: true });
  if (line !== undefined) expect((error as { where: { row: number } }).where.row).toBeGreaterThanOrEqual(1);
});

test("epochs that a person asks for are meant: no bounds on the steps, unless the spec has its own", () => {
  const { tree: asked } = effectiveSpec(tree, 1);
  expect(valueAt(asked, "model.builtin")).toEqual({ min_steps: 1, max_steps: 1e9 });
  const bounded = { ...tree, model: { ...tree.model, builtin: { min_steps: 12 } } };
  expect(valueAt(effectiveSpec(bounded, 1).tree, "model.builtin.min_steps")).toBe(12);
  expect(valueAt(effectiveSpec(tree, undefined).tree, "model.builtin")).toBeUndefined();
});

test.each([
  `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefg"].map((k, i) => `${k}: &${k} [${Array(9).fill(`*${"abcdef"[i]}`).join(",")}]`).join("\n")}\n`,
  "a: *nowhere\n",
])("a spec whose aliases cannot be resolved is one data error", async (text) => {
  const folder = await mkdtemp(path.join(tmpdir(), "spec-"));
  const file = path.join(folder, "spec.yaml");
  await writeFile(file, text);
  await expect(readSpecTree(file)).rejects.toMatchObject({ kind: "data", code: "spec_unreadable" });
  const { problems } = parseSpec(text, file);
  expect(problems.map((p) => p.severity)).toContain("error");
  await rm(folder, { recursive: true });
});

test("the sample spec of docs/files.md is what a default writes, and can be used as it is", async () => {
  const page = await readFile(new URL("../../docs/files.md", import.meta.url), "utf8");
  const sample = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] as string;
  const tree = defaultSpecTree({
    imageWidth: 96,
    imageHeight: 96,
    imageExt: ".jpg",
    lights: ["SolderLight"],
  });
  expect(sample, "copy the text that the test wanted into docs/files.md").toBe(specText(tree));
  const { spec, problems } = parseSpec(sample, "docs/files.md");
  expect(problems).toEqual([]);
  expect(spec).toMatchObject({ imageWidth: 96, lights: ["SolderLight"], numEpochs: 40 });
});

test("an unreadable spec is told with the page that shows one", async () => {
  const dir = await mkdtemp(path.join(tmpdir(), "reflow-spec-"));
  const file = path.join(dir, "spec.yaml");
  await writeFile(file, "- a\n- list\n");
  await expect(readSpecTree(file)).rejects.toMatchObject({
    code: "spec_unreadable",
    hint: expect.stringContaining("docs/files.md shows a sample spec"),
  });
  await rm(dir, { recursive: true });
});
