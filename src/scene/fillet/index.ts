/** Solder joints that follow their part, and the fillet of the contract. */
export { CONTRACT_FILLET, type ContractFillet, contractFillet } from "./contract.js";
export { type DefectScene, restore, withDefectFillets } from "./defects.js";
export { type Joint, readJoint, remakeJoint } from "./joint.js";
