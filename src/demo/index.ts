export { FLAWS, type FlawKind } from "./flaws.js";
export { LIGHTINGS, type Lighting } from "./light.js";
export { DEMO_TABLES, type DemoTable } from "./plan.js";
export { demoSpec } from "./spec.js";
export { type DemoOptions, type DemoWorkspace, makeDemoWorkspace } from "./workspace.js";
