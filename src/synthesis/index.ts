/** The built-in AnomalyGen: learns defects from examples, draws them into clean crops, stages training pairs. */

export { type Archetype, archetypeOf } from "./archetypes.js";
export type { Attention } from "./attention.js";
export { type LabelledFile, type LabelledType, listLabelled } from "./bank/labelled.js";
export { type BankItem, cutSpecimens, type Relation } from "./bank/specimen.js";
export { type ChainCheck, type Counts, checkChain } from "./chain.js";
export { type FitOptions, type FitResult, fitCheckpoint, STEPS } from "./checkpoint/fit.js";
export { pickBestStep, stepFile, stepsIn } from "./checkpoint/layout.js";
export { type Checkpoint, readSynthCheckpoint } from "./checkpoint/read.js";
export type { StepScores } from "./checkpoint/validate.js";
export { type Drawn, drawDefect } from "./draw.js";
export { exemplarOfRow, findDefect } from "./exemplar.js";
export { RESULT_COLUMNS } from "./files.js";
export { type GenerateOptions, type GenerateResult, generate } from "./generate.js";
export { drawableLabels, type Learned, learnTypes } from "./learn.js";
export {
  type Kind,
  kindOf,
  type Painted,
  paintDefect,
  type Settings,
  type Specimen,
  type TypeKnowledge,
} from "./paint/index.js";
export { PAIR_COLUMNS } from "./pairs.js";
export { type Refined, refineRun } from "./phases/refine.js";
export { FREE_WORDS, type FreeReason, type PlacedFreely, type Placement } from "./placement.js";
export type { Evaluation, SampleQuality } from "./quality/evaluate.js";
export { type DefectEncoder, type Features, patchEncoder, patchFeatures } from "./quality/features.js";
export { type Likeness, nnScore } from "./quality/nn-score.js";
export { areaUnderRoc, logistic, type Separability, separability } from "./quality/separability.js";
export { traitsOf } from "./quality/traits.js";
export { makeRecipes } from "./recipes.js";
export { type Finished, type RunOptions, type RunResult, runTestcases } from "./run/run.js";
export { readTestcases, type Testcase } from "./run/testcases.js";
export { learnSurroundings } from "./surroundings.js";
export type { Admission, Canvas, Exemplar, Flip, Recipe, Surroundings } from "./types.js";
export { augmentMask, enlargedMask, instancesOf, type MaskAugmentation, windowOf } from "./window/index.js";
