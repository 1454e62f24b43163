/** Board → OpenUSD stage. */
export { type BarePart, bareBoard, COPPER } from "./bare.js";
export { type BuiltScene, buildScene, PCBA_ROOT, type SceneOptions, writeScene } from "./scene.js";
