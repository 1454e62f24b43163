export { type DriveOptions, drive } from "./driver.js";
export { createRun, initialState } from "./init.js";
export { type Layout, layout } from "./layout.js";
export { NotApproved, outcome, type RunOutcome, readPlan, resumeRun, runPlan, startRun } from "./loop.js";
export * from "./plan/index.js";
export { findResumable, listRuns } from "./runs.js";
export * from "./state/index.js";
export { type RunStatus, runStatus } from "./status.js";
export { bestLabel } from "./steps/train.js";
