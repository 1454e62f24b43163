import { z } from "zod";
import { ReflowError } from "../../kit/errors.js";
import { NAMED_LIGHTINGS } from "../../scene/cookbook/index.js";
import { type FlowId, knobText, parseKnob } from "../knobs/index.js";

const knob = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: "must be a text, a number, true, false or null",
});

/** Knobs of a flow: each is checked here, so that a fault is told with its line. */
const knobs = (flow: FlowId) =>
  z.record(z.string(), knob).superRefine((given, context) => {
    for (const [name, value] of Object.entries(given))
      try {
        parseKnob(name, knobText(value), flow);
      } catch (error) {
        if (!(error instanceof ReflowError)) throw error;
        context.addIssue({ code: "custom", path: [name], message: knobFault(error, `${name}=`) });
      }
  });

/** Continues "<field> …". */
function knobFault({ code, message, hint }: ReflowError, start: string): string {
  if (code === "knob_unknown") return `is no knob (${hint.replace(/\.$/, "")})`;
  if (code === "knob_other_flow") return `belongs to other flows (${hint.replace(/\.$/, "")})`;
  const at = message.indexOf(": ");
  return message.startsWith(start) && at > 0 ? `cannot be used: ${message.slice(at + 2)}` : `: ${message}`;
}

/** `flows.yaml`: what a flow has to know of a board or material beyond the common files. */
export const flowsSchema = z.strictObject({
  /** `pcb`, `metal_surface`, `glass` or a name of your own: the segment of all paths below the storage root. */
  usecase: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, { error: "must be a lower-case word such as metal_surface" }),
  /** One of Reflow's own boards, which needs no assets. Without it the scene is looked for in datasets/pcb/assets. */
  board: z.strictObject({ name: z.string().min(1), seed: z.int().min(0).default(1) }).optional(),
  /** How flows render: the lighting of every frame, and the quality. */
  render: z
    .strictObject({
      lighting: z.enum(NAMED_LIGHTINGS, { error: `must be one of ${NAMED_LIGHTINGS.join(", ")}` }).optional(),
      quality: z.enum(["preview", "final"]).default("final"),
    })
    .prefault({}),
  /**
   * The look that restyled crops get where no image-edit server is named: that of real pictures in a folder (from this
   * file), or of frames that Reflow renders under another lighting. Without it crops keep the look of the render.
   */
  look: z
    .strictObject({
      exemplars: z.string().min(1).optional(),
      lighting: z.enum(NAMED_LIGHTINGS, { error: `must be one of ${NAMED_LIGHTINGS.join(", ")}` }).optional(),
    })
    .optional(),
  /** Exemplars that Reflow draws itself where no data set is given. */
  exemplars: z.enum(["pcb", "metal", "glass"]).optional(),
  /** Values that replace the common defaults of knobs, by flow. */
  defaults: z
    .strictObject({
      "texture-day0": knobs("texture-day0").optional(),
      good: knobs("good").optional(),
      structural: knobs("structural").optional(),
      "day1-align": knobs("day1-align").optional(),
      "day1-roi": knobs("day1-roi").optional(),
      finetune: knobs("finetune").optional(),
    })
    .prefault({}),
});

export type FlowSettings = z.infer<typeof flowsSchema>;

const lossTypes = z.array(z.tuple([z.string().min(1), z.string().min(1)])).min(1);
const positiveInt = z.int().min(1);

/** `ag_config.yaml` (dig 6.8): the training recipe of a use case. */
export const agConfigSchema = z.strictObject({
  job: z.strictObject({
    project: z.string(),
    group: z.string().nullish(),
    name: z.string().nullish(),
  }),
  optimizer: z.strictObject({ lr: z.number().positive() }),
  checkpoint: z.strictObject({ save_iter: positiveInt }),
  trainer: z.strictObject({
    max_iter: positiveInt,
    logging_iter: positiveInt.default(10),
    validation_iter: positiveInt,
    run_validation: z.boolean().default(true),
    early_stop: z
      .strictObject({
        enabled: z.boolean(),
        metric: z.string().default("nn"),
        patience: z.int().min(0).default(5),
        min_delta: z.number().min(0).default(0),
        min_delta_mode: z.enum(["rel", "abs"]).default("rel"),
      })
      .optional(),
  }),
  dataloader_train: z.strictObject({
    batch_size: positiveInt.default(2),
    dataset: z.strictObject({
      dataset_dir: z.string().optional(),
      image_size: z.tuple([positiveInt, positiveInt]).default([512, 512]),
      anomaly_types: lossTypes,
      seed: z.int().default(1),
      data_augprob: z.number().min(0).max(1).default(0.5),
      aug_type: z.string().default("random_ratio_crop"),
      ratio_range: z.tuple([z.number().positive(), z.number().positive()]).default([1.5, 8]),
    }),
  }),
  dataloader_val: z.strictObject({
    batch_size: positiveInt.default(32),
    dataset: z.strictObject({ input_data_path: z.string().optional() }).optional(),
  }),
  model: z.strictObject({
    config: z.strictObject({
      ag_config: z.strictObject({
        ad_precision: z.string().default("float32"),
        t5_model_name: z.string().optional(),
        anomaly_embedding: z.strictObject({ anomaly_types: lossTypes, freeze: z.boolean().default(false) }),
        mask_encoder: z.record(z.string(), z.unknown()).optional(),
      }),
    }),
  }),
});
export type AgConfig = z.infer<typeof agConfigSchema>;

const dataFiles = z.strictObject({
  inputs: z.strictObject({ rgb: z.string().min(1) }),
  output: z.strictObject({
    video: z.string().regex(/\.(png|jpe?g)$/i, { error: "must end with .png, .jpg or .jpeg" }),
    caption: z.string().optional(),
    metadata: z.string().optional(),
  }),
});

/** `augmentation_config_ovsl2sl.yaml` (dig 6.7). */
export const augmentationSchema = z.strictObject({
  data: z.array(dataFiles).min(1),
  endpoints: z.strictObject({
    image_edit: z.strictObject({ url: z.string().min(1), model: z.string().min(1) }),
  }),
  pipeline: z.strictObject({
    retry: z.int().min(1).max(100).default(1),
    regenerate_caption_on_retry: z.boolean().default(false),
    logging: z.strictObject({ enabled: z.boolean(), level: z.string() }).optional(),
  }),
  captioning: z.strictObject({ llm: z.strictObject({ text: z.string().min(1) }) }),
  augmentation: z.strictObject({
    model: z.strictObject({ name: z.string(), executor_type: z.string() }),
    parameters: z.strictObject({
      num_inference_steps: positiveInt.default(30),
      guidance_scale: z.number().min(0).default(4),
      seed: z.int().min(0).default(0),
      negative_prompt: z.string().optional(),
    }),
  }),
  data_processing: z.strictObject({
    alignment: z.strictObject({
      rot_range_deg: z.tuple([z.number(), z.number(), z.number().positive()]),
      shift_step: positiveInt.default(2),
      bins: z.int().min(2).max(256).default(64),
      interp: z.string().default("bilinear"),
      no_resize: z.boolean().default(true),
      min_mi: z.number().nullish(),
    }),
  }),
});
export type AugmentationConfig = z.infer<typeof augmentationSchema>;

const steps = z.tuple([z.number(), z.number(), z.number().positive()]);

/** `usd2roi_<board>.yaml` and `usd2roi_day1.yaml` (dig 6.5, 6.6). */
export const day1Schema = z.strictObject({
  real_image: z.string().optional(),
  scene: z.string().optional(),
  output: z.strictObject({ dir: z.string().optional() }).optional(),
  camera: z.strictObject({
    /** Centre of the frame in scene units. */
    translate: z.tuple([z.number(), z.number()]),
    /** Width of the frame in tenths of a scene unit. */
    horizontal_aperture: z.number().positive(),
    rotation_xyz: z.tuple([z.number(), z.number(), z.number()]).optional(),
  }),
  resolution: z.tuple([positiveInt, positiveInt]),
  registration: z.strictObject({
    sx_range: steps.default([0.9, 1.1, 0.02]),
    sy_range: steps.default([0.9, 1.1, 0.02]),
    rot_range_deg: steps.default([-0.1, 0.1, 0.05]),
    shift_range: z.number().min(0).default(100),
    shift_step: positiveInt.default(1),
    pyr_levels: positiveInt.default(3),
    bins: z.int().min(2).max(256).default(64),
    no_resize: z.boolean().default(true),
    gpu: z.boolean().default(false),
    min_mi: z.number().nullable().default(0.5),
  }),
  crop: z.record(z.string(), z.unknown()),
  semantics: z.array(z.unknown()).optional(),
  writer: z.record(z.string(), z.unknown()).optional(),
  pathtracing: z.record(z.string(), z.unknown()).optional(),
  lighting: z.record(z.string(), z.unknown()).optional(),
});
export type Day1Config = z.infer<typeof day1Schema>;
