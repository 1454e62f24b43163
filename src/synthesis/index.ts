/** The built-in AnomalyGen: learns defects from examples, draws them into clean crops, stages training pairs. */

export { type Archetype, archetypeOf } from "./archetypes.js";
export type { Attention } from "./attention.js";
export { type ChainCheck, type Counts, checkChain } from "./chain.js";
export { type Drawn, drawDefect } from "./draw.js";
export { exemplarOfRow, findDefect } from "./exemplar.js";
export { RESULT_COLUMNS } from "./files.js";
export { type GenerateOptions, type GenerateResult, generate } from "./generate.js";
export { drawableLabels, type Learned, learnTypes } from "./learn.js";
export { PAIR_COLUMNS } from "./pairs.js";
export { FREE_WORDS, type FreeReason, type PlacedFreely, type Placement } from "./placement.js";
export { makeRecipes } from "./recipes.js";
export { learnSurroundings } from "./surroundings.js";
export type { Admission, Canvas, Exemplar, Flip, Recipe, Surroundings } from "./types.js";
