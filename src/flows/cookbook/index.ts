export {
  bundled,
  COOKBOOK_FILES,
  type CookbookFile,
  type FlowCookbook,
  invalid,
  loadFlowCookbook,
  readConfig,
  requiredFile,
} from "./load.js";
export {
  type AgConfig,
  type AugmentationConfig,
  agConfigSchema,
  augmentationSchema,
  type Day1Config,
  day1Schema,
  type FlowSettings,
} from "./schema.js";
