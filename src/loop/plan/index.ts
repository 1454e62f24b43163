export { DEFAULTS } from "./parameters.js";
export { makePlan, planHash } from "./plan.js";
export * from "./types.js";
