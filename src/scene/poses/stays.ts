import type { Part, Scene } from "../model.js";

/** A solder joint: made of solder, and not a land, a mask or paste. Materials tell, by name (contract 1.8). */
export function isJoint(scene: Scene, part: Part): boolean {
  const name = scene.materials[part.material]?.name ?? "";
  return /solder/i.test(name) && !/solder_?(pad|mask|paste)/i.test(name);
}

/** A land of the board, even where it is written below a component. */
export function isPad(scene: Scene, part: Part): boolean {
  const name = scene.materials[part.material]?.name ?? "";
  return /solder_?pad|^pad$|^solder_paste$/i.test(name);
}
