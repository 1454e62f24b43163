import { centre, extent } from "../box.js";
import { about, multiply, rotation, translation } from "../matrix.js";
import type { Box, Mat4, Vec3 } from "../model.js";

/** Local matrices as contract 3.3 computes them. `local` is the prim's own matrix, `box` its box in its own space. */

/** Turned about the bottom face's centre, then moved in the parent's space (scene units). */
export function shiftedLocal(local: Mat4, box: Box, translate: Vec3, rotateZ: number): Mat4 {
  return multiply(about(bottomCentre(box), rotation(2, rotateZ)), local, translation(translate));
}

/** Turned about X through the bottom face's centre. */
export function flippedLocal(local: Mat4, box: Box, rotateX: number): Mat4 {
  return multiply(about(bottomCentre(box), rotation(0, rotateX)), local);
}

/** 0, 1, 2: the axis of the largest extent; the first of equals. */
export function longAxis(box: Box): 0 | 1 | 2 {
  const [x, y, z] = extent(box);
  if (x >= y && x >= z) return 0;
  return y >= z ? 1 : 2;
}

/**
 * Turned by `angle` degrees (signed) about the centre of the end face opposite to `sign`. The two branches have opposite
 * handedness: parts long in Y or Z lift their end, parts long in X push it down.
 */
export function tombstonedLocal(local: Mat4, box: Box, angle: number, sign: 1 | -1): Mat4 {
  const axis = longAxis(box);
  const pivot = [...centre(box)];
  pivot[axis]! -= (sign * extent(box)[axis]!) / 2;
  return multiply(about(pivot as unknown as Vec3, rotation(axis === 0 ? 1 : 0, angle)), local);
}

function bottomCentre(box: Box): Vec3 {
  const [x, y] = centre(box);
  return [x, y, box.min[2]];
}
