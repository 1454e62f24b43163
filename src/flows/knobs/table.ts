import { CLUSTER_ENDPOINT, DEFAULT_BOARD, IMAGE_EDIT_MODEL, PCBA_LITERAL, USECASES } from "./facts.js";
import { FLOW_INFO, FLOWS, type FlowId, type KnobScope, SETUP_CASES } from "./flows.js";
import type { Knob, KnobType, KnobValue } from "./types.js";

const SETUPS = SETUP_CASES.map((c) => `setup-${c}` as const);
const LETTER: Readonly<Record<string, FlowId>> = {
  T: "texture-day0",
  G: "good",
  S: "structural",
  R: "day1-align",
  M: "day1-roi",
  F: "finetune",
};
/** `"TGS"` as in the contract's table. */
const flows = (letters: string): readonly FlowId[] => [...letters].flatMap((l) => LETTER[l] ?? []);

type More = Pick<Knob, "default" | "defaults" | "required">;
const knob = (
  name: string,
  type: KnobType,
  scopes: readonly KnobScope[],
  meaning: string,
  more: More = {},
): Knob => Object.freeze({ name, type, scopes: Object.freeze([...scopes]), meaning, ...more });

const each = (value: (flow: FlowId) => KnobValue): Partial<Record<KnobScope, KnobValue>> =>
  Object.fromEntries(FLOWS.map((f) => [f, value(f)]));

const EXEC: Readonly<Record<FlowId, readonly [string, string]>> = {
  "texture-day0": ["28h", "2h"],
  good: ["4h", "2h"],
  structural: ["4h", "4h"],
  "day1-align": ["20h", "2h"],
  "day1-roi": ["20h", "2h"],
  finetune: ["28h", "2h"],
};
const IMAGE = (name: string): string => `nvcr.io/nvidia/paidf-${name}:1.0.0`;

/** gpu, cpu, memory and storage of one kind of step. */
function resources(part: string, letters: string, values: readonly [number, number, string, string]): Knob[] {
  const [gpu, cpu, memory, storage] = values;
  const on = flows(letters);
  return [
    knob(`${part}_gpu`, { kind: "int", min: 1 }, on, `GPUs of the ${part} step`, { default: gpu }),
    knob(`${part}_cpu`, { kind: "int", min: 1 }, on, `CPUs of the ${part} step`, { default: cpu }),
    knob(`${part}_memory`, { kind: "quantity" }, on, `memory of the ${part} step`, { default: memory }),
    knob(`${part}_storage`, { kind: "quantity" }, on, `disk of the ${part} step`, { default: storage }),
  ];
}

/** Every knob with its scopes, type and defaults (dig 1.9, 9.1). `dig_url_root` has no default anywhere (dig C21). */
export const KNOBS: readonly Knob[] = Object.freeze([
  knob("name", { kind: "name" }, FLOWS, "run name: storage folder and experiment", { required: true }),
  knob("dig_url_root", { kind: "root" }, [...FLOWS, ...SETUPS], "storage root; never assumed", {
    required: true,
  }),
  knob("workflow_name", { kind: "name" }, FLOWS, "name of the workflow", {
    defaults: each((f) => FLOW_INFO[f].workflow),
  }),
  knob("exec_timeout", { kind: "duration" }, [...FLOWS, ...SETUPS], "longest run of a step", {
    default: "1h",
    defaults: each((f) => EXEC[f][0]),
  }),
  knob("queue_timeout", { kind: "duration" }, [...FLOWS, ...SETUPS], "longest wait of a step", {
    default: "1h",
    defaults: each((f) => EXEC[f][1]),
  }),
  knob("usecase", { kind: "usecase" }, flows("TRMF"), "pcb, metal_surface, glass or a name of your own", {
    default: "pcb",
  }),
  knob("board", { kind: "board" }, flows("TGSR"), "board folder of the cookbooks", {
    default: DEFAULT_BOARD,
  }),
  knob("scene_filename", { kind: "file" }, flows("TGSR"), "scene file under the assets", {
    default: "spark_lighting.usd",
  }),
  knob("real_image_filename", { kind: "path" }, flows("R"), "photo of the board, under the assets", {
    default: "input_real_image/0603_H100.jpg",
  }),
  knob(
    "render_patches",
    { kind: "int", min: 1, max: 10_000, also: [-1] },
    flows("TGS"),
    "raw frames (stage 1); -1 is every cell",
    {
      default: -1,
      defaults: { structural: 5 },
    },
  ),
  knob(
    "crop_max_emit",
    { kind: "cap" },
    flows("TG"),
    "crops of each material in each cell (stage 2); blank: as the cookbook says; null: no cap",
    {
      default: "",
    },
  ),
  knob(
    "defect_modes",
    { kind: "modes" },
    flows("S"),
    "all, or shift, tombstone, sideflip separated by commas",
    {
      default: "all",
    },
  ),
  knob(
    "crop_offset",
    { kind: "int", min: 0, max: 16_384, unit: "px" },
    flows("S"),
    "pixels around each component",
    {
      default: 10,
    },
  ),
  knob("use_pretrained_checkpoint", { kind: "bool" }, flows("TRM"), "false: train first, then generate", {
    default: true,
  }),
  knob(
    "checkpoint_step",
    { kind: "int", min: 0 },
    flows("TRM"),
    "step of the checkpoint; ignored once a run trained",
    {
      default: 14000,
    },
  ),
  knob("anomaly_types_json", { kind: "pairs" }, flows("TRM"), "[[material, defect], …]", {
    default: PCBA_LITERAL.anomaly_types_json as KnobValue,
    defaults: { "texture-day0": USECASES.pcb?.taxonomy ?? [] },
  }),
  knob(
    "num_sdg",
    { kind: "int", min: 1, max: 100_000 },
    flows("TRM"),
    "defect images in total, over all defects",
    {
      default: 30,
    },
  ),
  knob(
    "default_spatial_dependency",
    { kind: "choice", of: ["free", "text", "cad"] },
    flows("TRM"),
    "what masks follow",
    {
      default: "cad",
    },
  ),
  knob("model_size", { kind: "choice", of: ["2b", "14b"] }, flows("TRM"), "size of the generator", {
    default: "2b",
  }),
  knob("image_edit_endpoint", { kind: "endpoint" }, flows("TGS"), "image-edit server, ending in /v1", {
    default: CLUSTER_ENDPOINT,
  }),
  knob(
    "image_edit_model",
    { kind: "constant", value: IMAGE_EDIT_MODEL },
    flows("TGS"),
    "never another model",
    {
      default: IMAGE_EDIT_MODEL,
    },
  ),
  knob("usd2roi_image", { kind: "text" }, flows("TGR"), "container image", { default: IMAGE("simulation") }),
  knob("isaac_render_image", { kind: "text" }, flows("S"), "container image", {
    default: IMAGE("simulation"),
  }),
  knob("augmentation_image", { kind: "text" }, flows("TGS"), "container image", {
    default: IMAGE("augmentation"),
  }),
  knob("anomalygen_image", { kind: "text" }, flows("TRMF"), "container image", {
    default: IMAGE("anomalygen"),
  }),
  knob("pretrained_image", { kind: "text" }, SETUPS, "container image", { default: IMAGE("anomalygen") }),
  ...resources("render", "TGSR", [1, 4, "32Gi", "50Gi"]),
  ...resources("augment", "TGS", [1, 1, "32Gi", "25Gi"]),
  ...resources("infer", "TRM", [1, 4, "64Gi", "200Gi"]),
  ...resources("train", "TRMF", [1, 16, "64Gi", "300Gi"]),
  knob("platform", { kind: "text" }, [...FLOWS, ...SETUPS], "platform of the pool", { default: "default" }),
  knob("cpu", { kind: "int", min: 1 }, SETUPS.slice(0, 3), "CPUs of a download", { default: 1 }),
  knob("memory", { kind: "quantity" }, SETUPS.slice(0, 3), "memory of a download", { default: "2Gi" }),
  knob("storage", { kind: "quantity" }, SETUPS.slice(0, 3), "disk of a download", { default: "10Gi" }),
  knob("cpu_large", { kind: "int", min: 1 }, SETUPS.slice(3), "CPUs of the large download", { default: 1 }),
  knob("memory_large", { kind: "quantity" }, SETUPS.slice(3), "memory of the large download", {
    default: "16Gi",
  }),
  knob("storage_large", { kind: "quantity" }, SETUPS.slice(3), "disk of the large download", {
    default: "220Gi",
  }),
  knob("pretrained_model_sizes", { kind: "sizes" }, SETUPS.slice(3), '"2B", "14B" or "2B 14B"', {
    default: "2B",
  }),
  knob("uc3_zip_url_root", { kind: "prefix" }, ["setup-glass"], "prefix that holds mobile_screen.zip", {
    default: "",
  }),
]);

const BY_NAME: ReadonlyMap<string, Knob> = new Map(KNOBS.map((k) => [k.name, k]));

/** The knob of that name, or undefined. */
export function findKnob(name: string): Knob | undefined {
  return BY_NAME.get(name);
}

/** The knobs of a flow or set-up case, in table order. */
export function knobsOf(scope: KnobScope): readonly Knob[] {
  return KNOBS.filter((k) => k.scopes.includes(scope));
}

/** A knob's default in one scope; undefined when there is none. */
export function defaultOf(knob: Knob, scope: KnobScope): KnobValue | undefined {
  return knob.defaults?.[scope] ?? knob.default;
}
