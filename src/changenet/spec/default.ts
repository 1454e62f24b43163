import { DEFAULT_ARCHITECTURE } from "../net/config.js";

/** What the built-in toolkit uses where a spec says nothing, or speaks to a pretrained backbone. */
export const BUILTIN_DEFAULTS = {
  lr: 0.003,
  policy: "cosine",
  syntheticShare: 0.2,
  goldenSwap: 0.5,
  minSteps: 600,
  maxSteps: 900,
  mapLoss: 0.5,
  patience: 8,
  testJitter: 0.15,
  /** Grey generalises better on the colour data measured: 34 against 60 % false alarms at full recall on ball-screw. */
  color: "gray",
  architecture: DEFAULT_ARCHITECTURE,
} as const;

/** `model.backbone.type` of specs made for the built-in toolkit. */
export const BUILTIN_BACKBONE = "reflow_change_net";

/**
 * A whole spec for the built-in toolkit in the layout of contract 10.1, for workspaces that bring none. Paths are
 * container paths as in upstream's specs.
 */
export function defaultSpecTree(
  o: Readonly<{
    imageWidth: number;
    imageHeight: number;
    imageExt: string;
    lights: readonly string[];
    /** Whether the images are grey. The built-in network compares grey values either way. */
    gray?: boolean;
    numEpochs?: number;
  }>,
): Record<string, unknown> {
  const numEpochs = o.numEpochs ?? 40;
  const images = "/data/datasets/NV_PCB_Siamese/images";
  const set = (csv: string) => ({ csv_path: `/data/datasets/NV_PCB_Siamese/${csv}`, images_dir: images });
  const interval = Math.min(5, numEpochs);
  return {
    encryption_key: "tlt_encode",
    task: "classify",
    results_dir: "/results",
    train: {
      num_epochs: numEpochs,
      validation_interval: interval,
      checkpoint_interval: interval,
      classify: { loss: "ce", cls_weight: [1.0, 1.0] },
      optim: { optim: "adamw", lr: BUILTIN_DEFAULTS.lr, policy: "linear", momentum: 0.9, weight_decay: 0.01 },
    },
    model: {
      backbone: {
        type: BUILTIN_BACKBONE,
        pretrained_backbone_path: "/data/pretrained_models/reflow_change_net.safetensors",
        freeze_backbone: false,
      },
      classify: {
        train_margin_euclid: 2.0,
        eval_margin: 0.3,
        embedding_vectors: 5,
        embed_dec: 30,
        difference_module: "learnable",
        learnable_difference_modules: 4,
      },
      builtin: { color: BUILTIN_DEFAULTS.color, policy: BUILTIN_DEFAULTS.policy },
    },
    dataset: {
      classify: {
        train_dataset: set("csv/training_set.csv"),
        validation_dataset: set("csv/validation_set.csv"),
        test_dataset: set("csv/validation_set.csv"),
        infer_dataset: set("kpi/testing_set.csv"),
        image_ext: o.imageExt,
        batch_size: 32,
        workers: 2,
        fpratio_sampling: 0.43,
        num_input: Math.max(1, o.lights.length),
        ...(o.lights.length > 0
          ? { input_map: Object.fromEntries(o.lights.map((light, i) => [light, i])) }
          : {}),
        concat_type: "linear",
        grid_map: { x: 2, y: 2 },
        image_width: o.imageWidth,
        image_height: o.imageHeight,
        num_classes: 2,
        augmentation_config: {
          rgb_input_mean: [0.485, 0.456, 0.406],
          rgb_input_std: [0.229, 0.224, 0.225],
          random_flip: { vflip_probability: 0.5, hflip_probability: 0.5, enable: true },
          random_rotate: { rotate_probability: 0.5, angle_list: [90, 180, 270], enable: true },
          random_color: { brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.3, enable: false },
          with_scale_random_crop: { enable: false },
          with_random_crop: false,
          with_random_blur: false,
          augment: true,
        },
      },
    },
    evaluate: { checkpoint: "" },
    inference: { checkpoint: "" },
    export: { checkpoint: "" },
  };
}
