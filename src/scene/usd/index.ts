/** Reads OpenUSD: text, crate and package layers, composed to one stage. */
export type { Layer, PrimSpec, PropertySpec, Specifier } from "./layer.js";
export { parseLayer } from "./layers.js";
export { type OpenedStage, type OpenOptions, openStage } from "./open.js";
export {
  apiSchemas,
  attribute,
  connections,
  metadata,
  metadataList,
  type Opinion,
  propertyMetadata,
  propertyNames,
  type ResolvedValue,
  type Stage,
  type StagePrim,
  targets,
  walk,
} from "./stage.js";
export { parseText } from "./text/parse.js";
export { type AssetPath, BLOCKED, type Value } from "./values.js";
