import { good } from "./good/flow.js";
import type { FlowDefinition } from "./run/definition.js";
import type { FlowId } from "./run/types.js";
import { structural } from "./structural/flow.js";

/** The flows that run. */
export const FLOWS: Readonly<Partial<Record<FlowId, FlowDefinition>>> = { good, structural };
