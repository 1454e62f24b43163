export { type CropConfig, cropConfigSchema } from "./crop-schema.js";
export type { Defects } from "./defect-schema.js";
export type { Knob, Range } from "./fields.js";
export { LAYERS, type LightingRanges, type Rig, type SourceRanges } from "./lighting-schema.js";
export {
  type Cookbook,
  findCookbook,
  type LoadOptions,
  loadCookbook,
  type Pipeline,
  type Recipe,
} from "./load.js";
export {
  BOARD_MATERIALS,
  type BoardMaterial,
  type ComponentMaterial,
  type TinNoise,
} from "./material-schema.js";
export { NAMED_LIGHTINGS, type NamedLighting, type ReflowOptions } from "./reflow-schema.js";
export type { ComponentRegistry } from "./registry.js";
export { type RenderConfig, renderConfigSchema, type SemanticRule } from "./schema.js";
export type { WriterOutputs } from "./writer-schema.js";
