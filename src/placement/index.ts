/** Automatic mask placement (AMP): where on a clean picture a defect may lie, and which shape it has there. */

export { allocate, allocateByMasks, allocateExactly } from "./allocation.js";
export { type Candidate, solderGroups } from "./cad/candidate.js";
export { CAD_DEFECTS, type CadDefect, cadCandidates, isCadDefect } from "./cad/candidates.js";
export { type CadParts, parseCad } from "./cad/parse.js";
export { placeOnBoard } from "./cad/placing.js";
export { boxKey, type PromptBoxes, readPromptBoxes } from "./dataset/boxes.js";
export { checkDatasetFolder, type FolderCheck } from "./dataset/check-folder.js";
export { imagesIn } from "./dataset/image-files.js";
export { type CadClasses, CLASSES_FILE, legalRegion, readCadClasses } from "./dataset/labels.js";
export { type Pool, readPools } from "./dataset/pools.js";
export { type DefectSpec, readDefectSpec, usableName } from "./dataset/spec.js";
export { ALIGNMENTS, type Alignment } from "./engine/alignment.js";
export { type Augmentation, DEFAULT_AUGMENTATION, readAugmentation } from "./engine/parameters.js";
export { type Placed, type PlaceOptions, placeInstances } from "./engine/place.js";
export { type BoxRegion, gatherRegions, type Levels, type Region, regionOfMask } from "./engine/regions.js";
export { type GreyRoi, greyRoi, writeGreyRois } from "./grey-roi.js";
export type { PlaceMasksOptions } from "./options.js";
export { readLevels, readMask, readRgb } from "./picture.js";
export { type PlaceMasksResult, placeMasks } from "./place-masks.js";
export { placeFreely } from "./routes/free.js";
export type { SampleSummary } from "./routes/task.js";
export { listSamples, type SampleRecord } from "./samples.js";
export { largestPart } from "./submask.js";
export { recordPath, type Testcase, testcase, writeTestcases } from "./testcases.js";
