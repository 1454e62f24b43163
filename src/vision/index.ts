/** Small pure functions on pixels: no files, no state; same inputs, same outputs. */
export * from "./components.js";
export * from "./difference.js";
export * from "./distance.js";
export * from "./filter.js";
export * from "./mask.js";
export * from "./plane.js";
export * from "./poisson.js";
export * from "./register.js";
export * from "./statistics.js";
export * from "./warp.js";
