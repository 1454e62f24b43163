/** Makes renders look like photos: an image-edit server, or statistics learnt from real exemplars. */
export { type EditCookbook, parseEditCookbook } from "./cookbook.js";
export { type Alignment, findAlignment } from "./endpoint/align.js";
export { type Edited, editByEndpoint } from "./endpoint/edit.js";
export { checkEndpoint } from "./endpoint/health.js";
export {
  ALIGN_DEFAULTS,
  type AlignSettings,
  DEFAULT_PROMPT,
  DIALECTS,
  type Dialect,
  EDIT_MODEL,
  ENDPOINT_DEFAULTS,
  type EndpointSettings,
  endpointSettings,
} from "./endpoint/settings.js";
export {
  type Editor,
  editFolder,
  type FolderEdit,
  type FolderResult,
  type Source,
} from "./folder/edit-folder.js";
export { type EndpointFolder, endpointFolder } from "./folder/endpoint-folder.js";
export { type Exemplars, readExemplars } from "./folder/exemplars.js";
export type { Entry } from "./folder/journal.js";
export { type Listed, listFolder, type Role, roleOf } from "./folder/listing.js";
export { kindOf, readRegions } from "./folder/segmentation.js";
export { type TransferFolder, transferFolder } from "./folder/transfer-folder.js";
export {
  type AppearanceFit,
  fitAppearance,
  type Observed,
  TRANSFER_DEFAULTS,
  type TransferSettings,
} from "./transfer/fit.js";
export { KIND, type Regions } from "./transfer/regions.js";
export { transferAppearance } from "./transfer/transfer.js";
