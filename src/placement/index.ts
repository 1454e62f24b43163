/** Automatic mask placement (AMP): where on a clean picture a defect may lie, and which shape it has there. */

export { allocate } from "./allocation.js";
export { checkDatasetFolder, type FolderCheck } from "./dataset/check-folder.js";
export { imagesIn } from "./dataset/image-files.js";
export { type CadClasses, CLASSES_FILE, legalRegion, readCadClasses } from "./dataset/labels.js";
export { type DefectSpec, readDefectSpec, usableName } from "./dataset/spec.js";
