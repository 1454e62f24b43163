export { type Bucket, boardLayerOf, bucketOf, materialBuckets } from "./buckets.js";
export { drawMaterials, fixedMaterials, type MaterialChanges } from "./overrides.js";
export { drawTinNoise, tinBumps, tinChanges } from "./tin.js";
