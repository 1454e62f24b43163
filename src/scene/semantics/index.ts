export { baselineLabels } from "./baseline.js";
export { globToRegExp } from "./glob.js";
export {
  BACKGROUND,
  colorKey,
  colorMap,
  distinctColors,
  makePalette,
  type Palette,
  type PaletteEntry,
  type Rgba,
  UNLABELLED,
} from "./palette.js";
export {
  type LabelRule,
  type Labels,
  labelScene,
  layered,
  type MergeStyle,
  matchRules,
  type RuleStats,
} from "./rules.js";
