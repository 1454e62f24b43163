/** The knobs of the flows: names, types, defaults, ranges and facts of boards and use cases, as frozen data. */
export * from "./facts.js";
export * from "./flows.js";
export { castOf, NAME_MAX, NAME_TOKEN, type NameFault, nameFault } from "./names.js";
export { knobValue, otherFlow, parseKnob, parseSet, parseSets, requireKnob, type Setting } from "./parse.js";
export { knobText, type ResolvedKnob, resolveKnobs } from "./resolve.js";
export { isLocalRoot, isRoot, ROOT_FORMS, rootInvalid } from "./root.js";
export { CROPS_PER_PATCH, cropsPerPatch, gpuKnobs, patchesFor, STRUCTURAL_YIELD } from "./sizing.js";
export { defaultOf, findKnob, KNOBS, knobsOf } from "./table.js";
export type * from "./types.js";
