/** Finds a render or CAD mask in a photo by mutual information, and refuses the wrong board. See docs/registration.md. */
export { LEAST_SHARE } from "./consistency.js";
export { contractInformation, type Resampled, resample } from "./contract-information.js";
export {
  OVERLAY_FILES,
  paramsDocument,
  readMovingPixels,
  readPhotoPixels,
  writeRegistration,
} from "./files.js";
export { closestParams, fromParams, invert, mapPoint, multiply, type Size } from "./matrix.js";
export { type Overlays, overlaysOf } from "./overlays.js";
export { contractGrey, fixedPicture, movingPicture } from "./pictures.js";
export { register } from "./register.js";
export type {
  AnyPixels,
  Consistency,
  ContractParams,
  Fixed,
  Matrix3,
  Model,
  Moving,
  Refusal,
  RegisterOptions,
  Registration,
  SearchRange,
} from "./types.js";
