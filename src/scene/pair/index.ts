/** Golden/defect pairs out of two renders of the same frames, for change networks. */
export { lightingsOf } from "./light.js";
export { buildPairs } from "./pairs.js";
export type { PairRender } from "./place.js";
export { PAIR_DEFAULTS, type PairSettings } from "./settings.js";
export { type Shares, splitPairs } from "./split.js";
export type { Pair, PairFrame, PairRefusal, Pairs } from "./types.js";
