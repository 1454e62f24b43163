/** Boards from other programs' files. */
export { type Imported, importBoard } from "./import.js";
export { type Summary, summarise } from "./summary.js";
