/** Boards from other programs' files. */
export { type Imported, importBoard } from "./import.js";
