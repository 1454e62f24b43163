/** Painting one defect under its mask: transplanted, grown, or drawn from what its name says. */

export { type Kind, kindOf } from "./kinds.js";
export { type Painted, paintDefect, type TypeKnowledge } from "./paint.js";
export { RECIPE, type Settings, type Specimen } from "./types.js";
