/** From a board's CAD scene to inspection images with exact labels. */
export type * from "./board/board.js";
export { BOARDS, boardByName } from "./boards/index.js";
export { type BuiltScene, buildScene, type SceneOptions, writeScene } from "./build/index.js";
export { type Cookbook, type LoadOptions, loadCookbook, NAMED_LIGHTINGS } from "./cookbook/index.js";
export * from "./crop/index.js";
export { openScene } from "./flatten/index.js";
export type * from "./model.js";
export * from "./pair/index.js";
export { openRenderer } from "./render/index.js";
export {
  dryRunScan,
  planScan,
  type RenderScanOptions,
  renderScan,
  type ScanPlan,
  type ScanResult,
} from "./scan/index.js";
export { openStage } from "./usd/index.js";
export type * from "./view.js";
