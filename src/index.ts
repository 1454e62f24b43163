/**
 * Each folder is a library of its own (`reflow-aoi/metric`, `reflow-aoi/changenet`, …); this entry gathers them.
 *
 * @example import { metric } from "reflow-aoi"; metric.parseMetric("FAR < 1% at Recall=100%")
 */
export * as analysis from "./analysis/index.js";
export * as changenet from "./changenet/index.js";
export * as dataset from "./dataset/index.js";
export * as engine from "./engine/index.js";
export * as kit from "./kit/index.js";
export * as loop from "./loop/index.js";
export * as metric from "./metric/index.js";
export * as mining from "./mining/index.js";
export * as placement from "./placement/index.js";
export * as report from "./report/index.js";
export * as synthesis from "./synthesis/index.js";
export * as vision from "./vision/index.js";
