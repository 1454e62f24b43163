import type { Problem } from "../../kit/errors.js";
import type { Policy } from "../training/schedule.js";
import { BUILTIN_BACKBONE, BUILTIN_DEFAULTS } from "./default.js";
import { readSpecText, type SpecReader } from "./reader.js";
import type { Augmentation, BuiltinOptions, ChangeNetSpec } from "./types.js";

const CLASSIFY = "dataset.classify";

/**
 * Reads a TAO VCN spec (contract 10.1) and checks the invariants of contract 10.3 that can be seen without the data.
 * `spec` is there when no problem is an error.
 */
export function parseSpec(yamlText: string, file: string): { spec?: ChangeNetSpec; problems: Problem[] } {
  const r = readSpecText(yamlText, file);
  if (r.problems.length > 0) return { problems: r.problems };
  const lights = r.keys(`${CLASSIFY}.input_map`);
  const builtin = readBuiltin(r);
  const numEpochs = r.number("train.num_epochs", 10, { min: 1, max: 100_000, integer: true });
  const interval = (path: string) => r.number(path, Math.min(10, numEpochs), { min: 1, integer: true });
  const spec: ChangeNetSpec = {
    raw: r.raw,
    numEpochs,
    batchSize: r.number(`${CLASSIFY}.batch_size`, 16, { min: 1, max: 4096, integer: true }),
    lr: readRate(r, builtin),
    policy: builtin.policy ?? r.choice("train.optim.policy", "linear", ["linear", "step"]),
    weightDecay: r.number("train.optim.weight_decay", 0.01, { min: 0, max: 10 }),
    clsWeight: readClassWeights(r),
    validationInterval: interval("train.validation_interval"),
    checkpointInterval: interval("train.checkpoint_interval"),
    fpratioSampling: r.number(`${CLASSIFY}.fpratio_sampling`, 0.2, { min: 0.001, max: 100 }),
    imageWidth: r.number(`${CLASSIFY}.image_width`, 128, { min: 16, max: 4096, integer: true }),
    imageHeight: r.number(`${CLASSIFY}.image_height`, 128, { min: 16, max: 4096, integer: true }),
    imageExt: readExtension(r),
    lights,
    concatType: r.choice(`${CLASSIFY}.concat_type`, "linear", ["linear", "grid"]),
    gridMap: {
      x: r.number(`${CLASSIFY}.grid_map.x`, 2, { min: 1, max: 64, integer: true }),
      y: r.number(`${CLASSIFY}.grid_map.y`, 2, { min: 1, max: 64, integer: true }),
    },
    augmentation: readAugmentation(r),
    color: r.choice<ChangeNetSpec["color"]>("model.builtin.color", BUILTIN_DEFAULTS.color, [
      "auto",
      "gray",
      "rgb",
    ]),
    builtin,
  };
  checkInvariants(r, spec);
  return r.problems.some((p) => p.severity === "error")
    ? { problems: r.problems }
    : { spec, problems: r.problems };
}

function readBuiltin(r: SpecReader): BuiltinOptions {
  const at = (name: string) => `model.builtin.${name}`;
  const given = (name: string) => r.get(at(name)) !== undefined;
  const minSteps = r.number(at("min_steps"), BUILTIN_DEFAULTS.minSteps, { min: 1, integer: true });
  const foreign = r.get("model.backbone.type") !== BUILTIN_BACKBONE;
  return {
    lr: given("lr") ? r.number(at("lr"), BUILTIN_DEFAULTS.lr, { min: 1e-9, max: 1 }) : undefined,
    policy:
      given("policy") || foreign
        ? r.choice<Policy>(at("policy"), BUILTIN_DEFAULTS.policy, ["cosine", "linear", "step"])
        : undefined,
    syntheticShare: r.number(at("synthetic_share"), BUILTIN_DEFAULTS.syntheticShare, { min: 0, max: 0.9 }),
    goldenSwap: r.number(at("golden_swap"), BUILTIN_DEFAULTS.goldenSwap, { min: 0, max: 1 }),
    minSteps,
    maxSteps: Math.max(
      minSteps,
      r.number(at("max_steps"), BUILTIN_DEFAULTS.maxSteps, { min: 1, integer: true }),
    ),
    mapLoss: r.number(at("map_loss"), BUILTIN_DEFAULTS.mapLoss, { min: 0, max: 100 }),
    patience: r.number(at("patience"), BUILTIN_DEFAULTS.patience, { min: 0, integer: true }),
    architecture: BUILTIN_DEFAULTS.architecture,
  };
}

/**
 * The learning rate of a spec written for a pretrained backbone is a fine-tuning rate: far too low for a network that
 * starts from nothing. The built-in rate is used then, and that is said.
 */
function readRate(r: SpecReader, builtin: BuiltinOptions): number {
  const lr = r.number("train.optim.lr", BUILTIN_DEFAULTS.lr, { min: 1e-9, max: 1 });
  if (builtin.lr !== undefined) return builtin.lr;
  const backbone = r.get("model.backbone.type");
  if (backbone === undefined || backbone === BUILTIN_BACKBONE || r.get("train.optim.lr") === undefined)
    return lr;
  if (lr !== BUILTIN_DEFAULTS.lr)
    r.report(
      "info",
      "builtin_lr",
      "train.optim.lr",
      `the learning rate ${lr} is meant for backbone ${String(backbone)}; the built-in network trains with ${BUILTIN_DEFAULTS.lr}`,
      "Set model.builtin.lr to choose another rate.",
    );
  return BUILTIN_DEFAULTS.lr;
}

function readClassWeights(r: SpecReader): readonly [number, number] {
  const path = "train.classify.cls_weight";
  const [pass, ng, ...more] = r.numbers(path, [1, 1]);
  if (pass === undefined || ng === undefined || more.length > 0 || pass <= 0 || ng <= 0) {
    r.report("error", "spec_value", path, `${path} must be two positive numbers`, "For example [1.0, 10.0].");
    return [1, 1];
  }
  return [pass, ng];
}

function readExtension(r: SpecReader): string {
  const path = `${CLASSIFY}.image_ext`;
  const value = r.get(path) ?? ".jpg";
  if (typeof value === "string" && /^\.[A-Za-z0-9]+$/.test(value)) return value;
  r.report("error", "spec_value", path, `${path} must be an extension with its dot`, "For example .jpg");
  return ".jpg";
}

function readAugmentation(r: SpecReader): Augmentation {
  const at = (name: string) => `${CLASSIFY}.augmentation_config.${name}`;
  const chance = (name: string, on: string) => {
    const p = r.number(at(name), 0.5, { min: 0, max: 1 });
    return r.flag(at(on), true) ? p : 0;
  };
  const jitter = (name: string) => r.number(at(`random_color.${name}`), 0.3, { min: 0, max: 1 });
  const colorOn = r.get(at("random_color")) !== undefined && r.flag(at("random_color.enable"), true);
  // Upstream applies the jitter when a draw exceeds color_probability (contract 10.6).
  const colorProbability = 1 - r.number(at("random_color.color_probability"), 0.5, { min: 0, max: 1 });
  return {
    enabled: r.flag(at("augment"), true),
    horizontalFlip: chance("random_flip.hflip_probability", "random_flip.enable"),
    verticalFlip: chance("random_flip.vflip_probability", "random_flip.enable"),
    rotation: {
      probability: chance("random_rotate.rotate_probability", "random_rotate.enable"),
      angles: readAngles(r, at("random_rotate.angle_list")),
    },
    color: {
      probability: colorOn ? colorProbability : 0,
      brightness: jitter("brightness"),
      contrast: jitter("contrast"),
      saturation: jitter("saturation"),
      hue: jitter("hue"),
    },
    scaledCrop:
      r.get(at("with_scale_random_crop")) !== undefined && r.flag(at("with_scale_random_crop.enable"), true),
    blur: r.flag(at("with_random_blur"), false),
    testJitter: r.number("model.builtin.test_jitter", BUILTIN_DEFAULTS.testJitter, { min: 0, max: 1 }),
  };
}

function readAngles(r: SpecReader, path: string): readonly number[] {
  const angles = r.numbers(path, [90, 180, 270]);
  const odd = angles.find((angle) => angle % 90 !== 0);
  if (odd !== undefined)
    r.report("error", "spec_value", path, `${odd} is not a multiple of 90 degrees`, "Use 90, 180 and 270.");
  return angles;
}

/** Contract 10.3. */
function checkInvariants(r: SpecReader, spec: ChangeNetSpec): void {
  for (const name of ["validation_interval", "checkpoint_interval"] as const) {
    const value = name === "validation_interval" ? spec.validationInterval : spec.checkpointInterval;
    if (value > spec.numEpochs)
      r.report(
        "error",
        "interval_too_long",
        `train.${name}`,
        `train.${name} (${value}) is greater than train.num_epochs (${spec.numEpochs})`,
        "Lower it, or no checkpoint is produced.",
      );
  }
  if (spec.batchSize < 2)
    r.report(
      "error",
      "batch_too_small",
      `${CLASSIFY}.batch_size`,
      "the batch size must be greater than 1",
      "Use 16.",
    );
  const count = r.number(`${CLASSIFY}.num_input`, Math.max(1, spec.lights.length), {
    min: 1,
    max: 64,
    integer: true,
  });
  if (count !== Math.max(1, spec.lights.length))
    r.report(
      "error",
      "num_input_mismatch",
      `${CLASSIFY}.num_input`,
      `num_input is ${count}, but input_map names ${spec.lights.length} lightings`,
      "Make num_input equal to the number of input_map keys.",
    );
  if (spec.concatType === "grid" && count % 2 === 0 && spec.gridMap.x * spec.gridMap.y !== count)
    r.report(
      "error",
      "grid_mismatch",
      `${CLASSIFY}.grid_map`,
      `a ${spec.gridMap.x}×${spec.gridMap.y} grid does not hold ${count} lightings`,
      "Make grid_map.x × grid_map.y equal to num_input.",
    );
  checkDifference(r);
}

function checkDifference(r: SpecReader): void {
  const loss = r.get("train.classify.loss");
  const module = r.get("model.classify.difference_module");
  if (loss === undefined || module === undefined) return;
  const fitting = { ce: "learnable", contrastive: "euclidean" }[String(loss)];
  if (fitting === undefined)
    r.report(
      "error",
      "spec_value",
      "train.classify.loss",
      `unknown loss ${String(loss)}`,
      "Use ce or contrastive.",
    );
  else if (fitting !== module)
    r.report(
      "error",
      "loss_mismatch",
      "model.classify.difference_module",
      `loss ${String(loss)} needs difference_module ${fitting}, found ${String(module)}`,
      "Change one of the two; upstream scores would be wrong without any message.",
    );
  else if (loss === "contrastive")
    r.report(
      "warning",
      "loss_ignored",
      "train.classify.loss",
      "the built-in network always trains with cross entropy",
      "Use ce and learnable to have one meaning for both toolkits.",
    );
}
