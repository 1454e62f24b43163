/** Plane regions, triangle surfaces and stroked text: what component models and bare boards are made of. */
export * from "./film.js";
export * from "./font.js";
export * from "./outlines.js";
export * from "./region.js";
export * from "./solids.js";
export * from "./surface.js";
