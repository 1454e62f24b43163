import type { Problem } from "../../kit/errors.js";
import type { RenderConfig, WriterOutputs } from "../cookbook/index.js";
import type { FrameSlot } from "../grid/index.js";
import type { MaterialChanges } from "../materials/index.js";
import type { Scene } from "../model.js";
import type { Labels, Palette } from "../semantics/index.js";
import type { Pose, View } from "../view.js";
import type { MotionBlur } from "./augmentation.js";
import type { LightingState } from "./lighting.js";

/** Everything about one frame that is known before it is rendered. */
export type FramePlan = Readonly<{
  slot: FrameSlot;
  view: View;
  /** Of the path tracer (contract 1.4). */
  seed: number;
  lighting: LightingState;
  materials: MaterialChanges;
  poses: ReadonlyMap<number, Pose>;
  blur: MotionBlur | undefined;
}>;

/** Frames of one folder. */
export type PassPlan = Readonly<{
  /** Below the trigger's folder: "" but for the missing flow. */
  folder: string;
  outputs: WriterOutputs;
  /** Labels of each part. */
  labels: readonly Labels[];
  palette: Palette;
  frames: readonly FramePlan[];
}>;

export type TriggerPlan = Readonly<{
  index: number;
  folder: string;
  metadataName: string;
  metadata: Readonly<Record<string, unknown>>;
  passes: readonly PassPlan[];
}>;

/** A whole run, drawn but not rendered: the same inputs give the same plan. */
export type ScanPlan = Readonly<{
  config: RenderConfig;
  /** Labelled, with the lightings' textures: what the renderer opens. */
  scene: Scene;
  /** The configuration as metadata files record it. */
  record: Readonly<Record<string, unknown>>;
  /** Lightings of each frame; undefined: the cookbook's one lighting. */
  lightings: readonly (string | undefined)[];
  triggers: readonly TriggerPlan[];
  /** Pictures of the whole run, every lighting counted. */
  pictures: number;
  problems: readonly Problem[];
}>;
