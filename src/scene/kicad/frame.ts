import { type Affine, compose, rotation, scaling, translation } from "../planar/index.js";

/** KiCad's axes (+Y down) to those of the board (+Y up). */
export const TO_BOARD: Affine = scaling(1, -1);

/** A rotation as KiCad means it: counter-clockwise on the screen, in axes where +Y is down. */
export function turn(degrees: number): Affine {
  return rotation(-degrees);
}

/** Places a thing: turned about its own origin, then moved. KiCad's axes. */
export function placed(x: number, y: number, degrees: number): Affine {
  return compose(translation(x, y), turn(degrees));
}
