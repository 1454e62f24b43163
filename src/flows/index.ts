/** The six flows of the defect-image factory: requests, steps, trees, pages. */
export { bundled, type FlowCookbook, loadFlowCookbook } from "./cookbook/index.js";
export { FLOW_DEFINITIONS } from "./flows.js";
export * from "./knobs/index.js";
export type { FlowDefinition } from "./run/definition.js";
export { makeRequest } from "./run/make-request.js";
export { repeatCommand } from "./run/repeat.js";
export { type FlowRun, runFlow } from "./run/run-flow.js";
export { stampOf } from "./run/stamp.js";
export type { Account, FlowContext, FlowOutcome, FlowRequest, Knobs, Step } from "./run/types.js";
export { MEASURED_YIELD, type Sizing, sizeStructural, yieldOf } from "./structural/sizing.js";
export * from "./tree/index.js";
