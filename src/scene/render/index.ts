/** A deterministic path tracer on worker threads, with exact part ids. See docs/render.md. */
export { openRenderer } from "./open.js";
export { FINAL, PREVIEW, QUALITIES, type Quality } from "./quality.js";
