import { day1Align } from "./day1-align/flow.js";
import { day1Roi } from "./day1-roi/flow.js";
import { finetune } from "./finetune/flow.js";
import { good } from "./good/flow.js";
import type { FlowId } from "./knobs/index.js";
import type { FlowDefinition } from "./run/definition.js";
import { structural } from "./structural/flow.js";
import { textureDay0 } from "./texture-day0/flow.js";

/** The six flows. */
export const FLOW_DEFINITIONS: Readonly<Record<FlowId, FlowDefinition>> = {
  "texture-day0": textureDay0,
  good,
  structural,
  "day1-align": day1Align,
  "day1-roi": day1Roi,
  finetune,
};
