import { good } from "./good/flow.js";
import type { FlowId } from "./knobs/index.js";
import type { FlowDefinition } from "./run/definition.js";
import { structural } from "./structural/flow.js";

/** The flows that run. */
export const FLOW_DEFINITIONS: Readonly<Partial<Record<FlowId, FlowDefinition>>> = { good, structural };
