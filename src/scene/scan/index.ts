/** From a scene and a cookbook to labelled frames. */
export { type ConfigChanges, recipeFor } from "./changes.js";
export { type PoseSource, poseSource } from "./defects.js";
export { type DryPlan, type DryRun, dryRunScan } from "./dry-run.js";
export { classLabels } from "./labels.js";
export { FRAME_FILES, MISSING_FOLDERS, metadataName, triggerFolder } from "./layout.js";
export { planScan } from "./plan.js";
export { type RenderScanOptions, renderScan, type ScanResult } from "./render-scan.js";
export type { FramePlan, PassPlan, ScanPlan, TriggerPlan } from "./types.js";
