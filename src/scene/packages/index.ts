/** Component models by package: recogniser, triangle models, solder joints. */
export { type FilletOptions, filletMesh, type Wall } from "./fillet.js";
export { type Land, landPattern } from "./lands.js";
export { localPads, turnPads } from "./local.js";
export { MATERIALS, type MaterialName, type MaterialSpec } from "./materials.js";
export * from "./model.js";
export { buildModel, variantsOf } from "./models.js";
export { type Recognised, recognise } from "./recognise.js";
