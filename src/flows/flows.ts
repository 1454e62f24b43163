import { day1Roi } from "./day1-roi/flow.js";
import { finetune } from "./finetune/flow.js";
import { good } from "./good/flow.js";
import type { FlowId } from "./knobs/index.js";
import type { FlowDefinition } from "./run/definition.js";
import { structural } from "./structural/flow.js";
import { textureDay0 } from "./texture-day0/flow.js";

/** The flows that run. */
export const FLOW_DEFINITIONS: Readonly<Partial<Record<FlowId, FlowDefinition>>> = {
  "texture-day0": textureDay0,
  good,
  structural,
  "day1-roi": day1Roi,
  finetune,
};
