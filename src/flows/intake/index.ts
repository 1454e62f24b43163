/** From a request to a plan, a few questions, or a stop: pure, and without guesses. */
export { artifactsOf, preflightOf, under } from "./artifacts.js";
export { ROOT_PLACEHOLDER } from "./plan.js";
export { forget, loadPreferences, preferencesFile, savePreferences } from "./preferences.js";
export { readSentence } from "./read.js";
export { MOST_QUESTIONS, resolve } from "./resolve.js";
export type * from "./types.js";
