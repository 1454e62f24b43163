/** Flat geometry of boards: millimetres, +Y up, outlines counter-clockwise. */
export * from "./affine.js";
export * from "./arc.js";
export * from "./boolean.js";
export * from "./chain.js";
export * from "./measure.js";
export * from "./shapes.js";
export * from "./stroke.js";
