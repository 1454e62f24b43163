export { irradiance } from "./irradiance.js";
export { below, DOME_PATH, domeLights, ringLights, sceneLights, shifted } from "./modes.js";
export { CARD_BRIGHTNESS, type NamedLightings, type NamedSample, namedLightings } from "./named.js";
export { ledBowl, placeRig, type RigLight, type RigShape, ringRig } from "./rig.js";
export {
  drawKnob,
  type LightingSample,
  lightingRecord,
  middleLighting,
  sampleLighting,
  sampleRig,
} from "./sampling.js";
