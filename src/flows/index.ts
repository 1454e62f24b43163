/** The six flows of the defect-image factory: requests, steps, trees, pages. */
export { bundled, type FlowCookbook, loadFlowCookbook } from "./cookbook/index.js";
export { FLOWS } from "./flows.js";
export type { FlowDefinition } from "./run/definition.js";
export { makeRequest } from "./run/make-request.js";
export { type FlowRun, runFlow } from "./run/run-flow.js";
export { checkName, stampOf } from "./run/stamp.js";
export { type Account, FLOW_IDS, type FlowContext, type FlowId, type FlowOutcome, type FlowRequest, type Knobs, type KnobValue, type Step } from "./run/types.js";
export { CROPS_PER_PATCH, MEASURED_YIELD, type Sizing, sizeStructural, yieldOf } from "./structural/sizing.js";
