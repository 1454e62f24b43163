import { defaultSpecTree } from "../changenet/index.js";
import { LIGHTING } from "./cookbook.js";

/** Side at which the network sees a crop of the demo: small, so that the whole loop takes minutes. */
const NETWORK_SIDE = 64;
const STEPS = 200;

/** The spec of the demo: the default one, with a small input and a short training. */
export function demoSpec(): Record<string, unknown> {
  const tree = defaultSpecTree({
    imageWidth: NETWORK_SIDE,
    imageHeight: NETWORK_SIDE,
    imageExt: ".png",
    lights: [LIGHTING],
    gray: false,
    numEpochs: 10,
  });
  const model = tree.model as { builtin: Record<string, unknown> };
  model.builtin = { ...model.builtin, min_steps: STEPS, max_steps: STEPS };
  return tree;
}
