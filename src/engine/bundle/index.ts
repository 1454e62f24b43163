export { BUNDLE, type Bundle, openBundle, type Thresholds } from "./files.js";
export { type GateResult, gateBundle, SCORE_TOLERANCE } from "./gate.js";
export { goldenRows, pickGoldenRows } from "./golden.js";
export { type InferResult, inferCsv, scoreWith } from "./infer.js";
export { type BundleContents, copyBundle, makeBundle } from "./make.js";
export { deployThresholds } from "./threshold.js";
