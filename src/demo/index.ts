export { DEMO_PLAN, type DemoPlan, type Session } from "./plan.js";
export { demoSpec } from "./spec.js";
export { type DemoOptions, type DemoWorkspace, makeDemoWorkspace } from "./workspace.js";
