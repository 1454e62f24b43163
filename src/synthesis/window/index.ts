/** Where a defect is painted: instances, windows, and the pixels that may change (contract 6.1). */

export { augmentMask, type MaskAugmentation, NO_AUGMENTATION } from "./augment.js";
export { instancesOf } from "./instances.js";
export { enlargedMask, type Grid, roundHalfEven, windowOf } from "./window.js";
