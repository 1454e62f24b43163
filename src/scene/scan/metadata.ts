import path from "node:path";
import type { RenderConfig } from "../cookbook/index.js";
import type { FrameSlot } from "../grid/index.js";
import type { Scene } from "../model.js";
import { componentTypes, type PosePlan } from "../poses/index.js";
import { blurRecord, type MotionBlur } from "./augmentation.js";
import type { LightingState } from "./lighting.js";

/** What a metadata file tells of a trigger. */
export type TriggerFacts = Readonly<{
  index: number;
  /** Of the last sample. */
  lighting: Readonly<Record<string, unknown>>;
  blur: MotionBlur | undefined;
  poses: PosePlan | undefined;
  frames: readonly Readonly<{ slot: FrameSlot; lighting: LightingState }>[];
}>;

/**
 * The configuration as metadata files record it (contract 1.5): as written, with what was resolved since. The scene
 * and the output stand without their folders, so that equal runs give equal bytes wherever they run.
 */
export function recordOf(
  config: RenderConfig,
  merged: Readonly<Record<string, unknown>>,
  scene: Scene,
  scanGrid: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const types =
    config.component_types === "ALL"
      ? [...componentTypes(scene.root, config.pcba_root).keys()]
      : config.component_types;
  return {
    ...merged,
    scene: path.basename(scene.file),
    output: ".",
    pipeline_type: config.pipeline_type,
    seed: config.seed,
    random_seed: config.random_seed,
    max_image_count: config.max_image_count,
    num_triggers: config.num_triggers,
    resolution: config.resolution,
    camera_rotation: config.camera_rotation,
    scan_grid: scanGrid,
    ...(types === undefined ? {} : { component_types: types }),
    reflow: config.reflow,
  };
}

/** `metadata.json` of a trigger (contract 1.5). */
export function triggerMetadata(
  config: RenderConfig,
  record: Readonly<Record<string, unknown>>,
  trigger: TriggerFacts,
): Readonly<Record<string, unknown>> {
  const { frames, poses } = trigger;
  const positions = new Set(frames.map((frame) => frame.slot.position)).size;
  const common = { config: record, lighting: trigger.lighting };
  const augmentation = blurRecord(trigger.blur);
  const frame_to_grid = frames.flatMap(({ slot }) =>
    slot.cell.grid ? [{ frame: slot.number, x_idx: slot.cell.grid[0], y_idx: slot.cell.grid[1] }] : [],
  );
  switch (config.pipeline_type) {
    case "good":
      return {
        trigger_idx: trigger.index,
        num_positions: positions,
        samples_per_position: config.samples_per_position,
        ...common,
        samples: frames.map(({ slot, lighting }) => ({ frame: slot.number, lighting: lighting.record })),
        augmentation,
        frame_to_grid,
      };
    case "defect":
      return {
        trigger_idx: trigger.index,
        num_positions: positions,
        ...common,
        augmentation,
        defects: (poses?.records ?? []).map(({ path: prim, defect }) => ({ path: prim, defect })),
        frame_to_grid,
      };
    case "missing":
      return {
        trigger_idx: trigger.index,
        defect_type: "missing",
        num_positions: positions,
        ...common,
        augmentation,
        missing_components: (poses?.records ?? []).map((record_) => record_.path),
        frame_to_grid,
      };
  }
}

/** `metadata.txt`: who wrote the files beside it. */
export const BANNER =
  "Frames written by reflow scene render. Labels are exact: no anti-aliasing, lossless.\n";
