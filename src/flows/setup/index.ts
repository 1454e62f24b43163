/** The set-up cases: a storage root with validated models, data and assets. */
export { checkPart, MANIFEST, type PartCheck } from "./check.js";
export { type Download, type DownloadOptions, download } from "./download.js";
export { type Hub, type HubRepository, hubFiles, hubUrl } from "./hub.js";
export { type Part, type PartKind, partsOf, type Source } from "./parts.js";
export { type PartResult, type PartState, prepare, type SetupOptions, type SetupResult } from "./prepare.js";
