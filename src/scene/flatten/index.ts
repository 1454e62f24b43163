/** From a composed USD stage to the scene that labels, poses and the renderer work on. */
export { flattenStage } from "./flatten.js";
export { openScene } from "./open-scene.js";
export { requireScene } from "./require-scene.js";
