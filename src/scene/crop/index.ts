/** Crops out of rendered frames: regions of interest by their labels, and components by their boxes. */
export { type BoxedComponent, componentKey, type Extent, readComponents } from "./boxes.js";
export { type Bridge, type BridgeRules, findBridges } from "./bridge.js";
export { closeEllipse } from "./closing.js";
export { type ComponentCrops, cropComponents } from "./component-crops.js";
export type { ComponentCrop, ComponentFrame, ComponentRefusal } from "./component-frame.js";
export { COMPONENT_DEFAULTS, type ComponentSettings } from "./component-settings.js";
export { type CropPlan, defaultCropSettings, findCropConfig, roiSettings } from "./config.js";
export { type LabelColour, type LabelMap, readLabelMap } from "./label-map.js";
export { locateFrames, type RenderFolder } from "./locate.js";
export { componentDepth, type RenderMetadata, readMetadata } from "./metadata.js";
export { findRois, type Roi, type RoiRefusal, type RoiRules, type RoiSearch } from "./roi.js";
export { cropRois, type RoiCrops } from "./roi-crops.js";
export type { BridgeCrop, RoiCrop, RoiFrame } from "./roi-frame.js";
export { ROI_DEFAULTS, type RoiRefusals, type RoiSettings } from "./roi-settings.js";
export { cropBoxes, type Window, type WindowBoxes, type WindowCount } from "./window-boxes.js";
