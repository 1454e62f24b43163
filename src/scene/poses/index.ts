/** Structural defects: which components, how they are posed, what they are called. */
export { landHeight } from "./land.js";
export * from "./pool.js";
export * from "./prepare.js";
export { chooseDefects, eligibleFor } from "./select.js";
export { isJoint, isPad } from "./stays.js";
export * from "./types.js";
