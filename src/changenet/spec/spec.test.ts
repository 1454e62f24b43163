import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { defaultSpecTree } from "./default.js";
import { parseSpec } from "./parse.js";

const tree = () =>
  defaultSpecTree({
    imageWidth: 96,
    imageHeight: 64,
    imageExt: ".png",
    lights: ["SolderLight", "UniformLight"],
    gray: true,
  });

test("the default spec parses without a problem and says what it was asked to", () => {
  const { spec, problems } = parseSpec(stringify(tree()), "spec.yaml");
  expect(problems).toEqual([]);
  expect(spec).toMatchObject({
    imageWidth: 96,
    imageHeight: 64,
    imageExt: ".png",
    lights: ["SolderLight", "UniformLight"],
    color: "gray",
    numEpochs: 40,
    lr: 0.003,
    policy: "cosine",
  });
});

/** A spec as upstream ships it (contract 10.1). */
const UPSTREAM = `
encryption_key: tlt_encode
task: classify
train:
  num_epochs: 10
  validation_interval: 10
  checkpoint_interval: 5
  classify: {loss: ce, cls_weight: [1.0, 10.0]}
  optim: {optim: adamw, lr: 0.00001, policy: linear, momentum: 0.9, weight_decay: 0.02}
model:
  backbone: {type: c_radio_v2_vit_base_patch16_224, pretrained_backbone_path: /data/x.safetensors}
  classify: {difference_module: learnable, eval_margin: 0.3, my_own_key: 7}
dataset:
  classify:
    image_ext: .jpg
    batch_size: 16
    fpratio_sampling: 0.2
    num_input: 4
    input_map: {WhiteLight: 3, SolderLight: 0, LowAngleLight: 1, UniformLight: 2}
    concat_type: grid
    grid_map: {x: 2, y: 2}
    image_width: 224
    image_height: 224
    augmentation_config:
      random_flip: {vflip_probability: 0.25, hflip_probability: 0.5, enable: true}
      random_rotate: {rotate_probability: 0.5, angle_list: [90, 180], enable: false}
      random_color: {brightness: 0.1, contrast: 0.2, saturation: 0.3, hue: 0.4, enable: true, color_probability: 0.2}
      with_scale_random_crop: {enable: true}
      with_random_blur: true
      augment: true
`;

test("an upstream spec means the same; its fine-tuning rate is replaced and that is said", () => {
  const { spec, problems } = parseSpec(UPSTREAM, "spec.yaml");
  expect(problems.map((p) => [p.code, p.severity, p.where?.row])).toEqual([["builtin_lr", "info", 9]]);
  expect(spec).toMatchObject({
    numEpochs: 10,
    batchSize: 16,
    weightDecay: 0.02,
    clsWeight: [1, 10],
    validationInterval: 10,
    checkpointInterval: 5,
    fpratioSampling: 0.2,
    // Keys in file order: the integers are not used (trap T4).
    lights: ["WhiteLight", "SolderLight", "LowAngleLight", "UniformLight"],
    concatType: "grid",
    gridMap: { x: 2, y: 2 },
    color: "gray",
    lr: 0.003,
  });
  expect(spec?.augmentation).toEqual({
    enabled: true,
    horizontalFlip: 0.5,
    verticalFlip: 0.25,
    rotation: { probability: 0, angles: [90, 180] },
    color: { probability: 0.8, brightness: 0.1, contrast: 0.2, saturation: 0.3, hue: 0.4 },
    scaledCrop: true,
    blur: true,
    testJitter: 0.15,
  });
  expect(spec?.raw).toEqual(parse(UPSTREAM));
});

const wrong: [string, string, string, string][] = [
  [
    "a checkpoint interval beyond the end",
    "checkpoint_interval: 5",
    "checkpoint_interval: 11",
    "interval_too_long",
  ],
  [
    "a validation interval beyond the end",
    "validation_interval: 10",
    "validation_interval: 11",
    "interval_too_long",
  ],
  ["a batch of one", "batch_size: 16", "batch_size: 1", "batch_too_small"],
  ["text for a number", "image_width: 224", "image_width: wide", "spec_value"],
  ["a fraction for a whole number", "num_epochs: 10", "num_epochs: 1.5", "spec_value"],
  ["a wrong number of lightings", "num_input: 4", "num_input: 3", "num_input_mismatch"],
  ["a grid that is too small", "{x: 2, y: 2}", "{x: 2, y: 1}", "grid_mismatch"],
  [
    "a module that does not fit the loss",
    "difference_module: learnable",
    "difference_module: euclidean",
    "loss_mismatch",
  ],
  ["an unknown loss", "loss: ce", "loss: mse", "spec_value"],
  ["an extension without its dot", "image_ext: .jpg", "image_ext: jpg", "spec_value"],
  ["a skew angle", "[90, 180]", "[45]", "spec_value"],
  ["one class weight", "[1.0, 10.0]", "[1.0]", "spec_value"],
  ["an unknown layout", "concat_type: grid", "concat_type: pile", "spec_value"],
  ["a probability above one", "hflip_probability: 0.5", "hflip_probability: 5", "spec_value"],
];

test.each(wrong)("%s is one clear problem with its line", (_, from, to, code) => {
  const text = UPSTREAM.replace(from, to);
  const { spec, problems } = parseSpec(text, "spec.yaml");
  expect(spec).toBeUndefined();
  const errors = problems.filter((p) => p.severity === "error");
  expect(errors.map((p) => p.code)).toEqual([code]);
  const line = text.split("\n").findIndex((l) => l.includes(to)) + 1;
  expect(errors[0]?.where).toMatchObject({ file: "spec.yaml", row: line });
  expect(errors[0]?.hint).not.toBe("");
});

test.each([
  ["broken YAML", "a: [1, 2", "spec_yaml_invalid"],
  ["a list", "- 1\n- 2\n", "spec_not_a_map"],
  ["nothing", "", "spec_not_a_map"],
  ["two keys alike", "a: 1\na: 2\n", "spec_yaml_invalid"],
])("%s is refused", (_, text, code) => {
  const { spec, problems } = parseSpec(text, "spec.yaml");
  expect(spec).toBeUndefined();
  expect(problems[0]?.code).toBe(code);
});

test("a spec with Windows line ends and a byte-order mark reads the same", () => {
  const { spec } = parseSpec(`\uFEFF${UPSTREAM.replaceAll("\n", "\r\n")}`, "spec.yaml");
  expect(spec?.raw).toEqual(parse(UPSTREAM));
});
