/** The questions of the intake (dig 3.5), each with what its options change. */
export type { Apply, Asked, Context } from "./ask.js";
export { askCapacity, askEndpoint, askPods, askPool } from "./cluster.js";
export { askCount } from "./count.js";
export { askData, askDefect, askFlows, askForced, askPcba, askSmoke, askTrain } from "./flow.js";
export { askSetup, askView } from "./other.js";
export { askRoot, checkedRoot } from "./root.js";
export { askBoard, askTaxonomy, askUsecase } from "./subject.js";
