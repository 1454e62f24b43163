import { dataError } from "../../kit/errors.js";
import type { RenderConfig, WriterOutputs } from "../cookbook/index.js";
import type { Scene } from "../model.js";
import type { PosePlan } from "../poses/index.js";
import { type Labels, labelScene, layered, makePalette } from "../semantics/index.js";
import type { Pose } from "../view.js";
import { defectLabels } from "./defects.js";
import { MISSING_FOLDERS } from "./layout.js";
import type { PassPlan } from "./types.js";

type Pass = Omit<PassPlan, "frames"> & Readonly<{ poses: ReadonlyMap<number, Pose> }>;

const NO_POSES: ReadonlyMap<number, Pose> = new Map();

/**
 * The passes of each trigger: one, or for the missing flow the reference with all parts and the defective one with
 * the chosen parts hidden (contract 3.4). Colours are the same in all triggers. Throws `nothing_labelled` when a
 * segmentation is wanted that could show nothing.
 */
export function passesOf(
  scene: Scene,
  config: RenderConfig,
  written: Readonly<Record<string, Labels>>,
  triggers: readonly Readonly<{ poses: PosePlan | undefined }>[],
  changesOf: (poses: PosePlan) => ReadonlyMap<number, Pose>,
): readonly (readonly Pass[])[] {
  // Triggers with the same poses share their labels.
  const cache = new Map<PosePlan | undefined, readonly Labels[]>();
  const labelsFor = (poses: PosePlan | undefined): readonly Labels[] => {
    const known = cache.get(poses);
    if (known) return known;
    const all = poses ? layered(defectLabels(poses), written) : written;
    const labels = labelScene(scene, all).parts.map((part) => part.labels);
    cache.set(poses, labels);
    return labels;
  };
  const kinds = kindsOf(config);
  const sets = uniqueLabels(triggers.map((trigger) => labelsFor(trigger.poses)));
  const palettes = kinds.map(({ outputs }) => makePalette(outputs.semantic_types, sets));
  kinds.forEach(({ outputs }, i) => {
    if (outputs.semantic_segmentation && palettes[i]?.entries.length === 0)
      throw nothingLabelled(scene, outputs);
  });
  return triggers.map(({ poses }) =>
    kinds.map(({ folder, outputs, posed }, i) => ({
      folder,
      outputs,
      poses: posed && poses ? changesOf(poses) : NO_POSES,
      labels: labelsFor(poses),
      palette: palettes[i] as Pass["palette"],
    })),
  );
}

type Kind = Readonly<{ folder: string; outputs: WriterOutputs; posed: boolean }>;

function kindsOf(config: RenderConfig): readonly Kind[] {
  const { reference, defective, ...plain } = config.writer;
  if (config.pipeline_type !== "missing") return [{ folder: "", outputs: plain, posed: true }];
  const labelled = { ...plain, semantic_types: ["class", "defect"] };
  const first = reference ?? labelled;
  // Without the golden pictures no pair can be built (trap 17).
  const rgb = first.rgb || config.reflow.reference_rgb;
  return [
    { folder: MISSING_FOLDERS.reference, outputs: { ...first, rgb }, posed: false },
    {
      folder: MISSING_FOLDERS.defective,
      outputs: defective ?? { ...plain, semantic_segmentation: false, bounding_box_2d_tight: false },
      posed: true,
    },
  ];
}

function uniqueLabels(lists: readonly (readonly Labels[])[]): readonly Labels[] {
  const seen = new Map<string, Labels>();
  for (const labels of new Set(lists.flat())) seen.set(JSON.stringify(labels), labels);
  return [...seen.values()];
}

function nothingLabelled(scene: Scene, outputs: WriterOutputs) {
  const wanted = outputs.semantic_types.join(", ");
  return dataError(
    "nothing_labelled",
    `no part of the scene has a label of the wanted type (${wanted}): the segmentation would be empty`,
    "Add semantics rules or component_types to the cookbook, or set writer.semantic_segmentation: false.",
    { file: scene.file, field: "semantics" },
  );
}
