/** From a board's CAD scene to inspection images with exact labels. */
export type * from "./board/board.js";
export * from "./crop/index.js";
export { openScene } from "./flatten/index.js";
export type * from "./model.js";
export * from "./pair/index.js";
export { openStage } from "./usd/index.js";
export type * from "./view.js";
