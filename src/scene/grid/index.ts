export { fromMillimetres, fromTenths, grownAperture } from "./aperture.js";
export { downwardView, framing, projectOrthographic, type ViewAxes, viewAxes } from "./camera.js";
export { cellCounts } from "./counts.js";
export { type Cell, type FrameOptions, type FrameSlot, gridCells, planFrames } from "./frames.js";
export { coversBox, gridRecord, type ScanGrid, type ScanGridInput, scanGrid } from "./geometry.js";
export { type LegacyGrid, legacyCentres } from "./legacy.js";
export { yawSwapsAxes } from "./yaw.js";
