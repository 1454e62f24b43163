export * from "./commit.js";
export * from "./invariants.js";
export * from "./next.js";
export * from "./store.js";
export * from "./types.js";
