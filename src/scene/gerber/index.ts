/** Boards from Gerber, drill, placement and bill-of-materials files. */
export type { Reach } from "./assign.js";
export { readFabrication } from "./board.js";
export type { RawFile } from "./sources.js";
