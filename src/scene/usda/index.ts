/** Writes `.usda` layers and `.usdz` packages. */
export * from "./layer.js";
export * from "./names.js";
export * from "./number.js";
export * from "./package.js";
export * from "./value.js";
