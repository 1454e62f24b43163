/** Boards from KiCad. */
export { readKicadBoard } from "./board.js";
