/** Small pure functions on pixels: no files, no state; same inputs, same outputs. */
export * from "./block-order.js";
export * from "./components.js";
export * from "./difference.js";
export * from "./distance.js";
export * from "./filter.js";
export * from "./line.js";
export * from "./mask.js";
export * from "./mask-levels.js";
export * from "./morphology.js";
export * from "./nearest.js";
export * from "./outline.js";
export * from "./plane.js";
export * from "./poisson.js";
export * from "./register.js";
export * from "./resize-linear.js";
export * from "./statistics.js";
export * from "./warp.js";
