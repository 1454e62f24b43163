/** Solder joints that follow their part, and the fillets of the contract. */
export { type FilletDraw, type FilletedScene, withContractFillets } from "./added.js";
export { CONTRACT_FILLET, type ContractFillet, contractFillet } from "./contract.js";
export { type DefectScene, restore, withDefectFillets } from "./defects.js";
export { type Joint, readJoint, remakeJoint } from "./joint.js";
export { type FilletFit, seatsOf } from "./seat.js";
