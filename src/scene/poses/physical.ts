import { centre, extent } from "../box.js";
import {
  about,
  IDENTITY,
  multiply,
  rotation,
  transformDirection,
  transformPoint,
  translation,
} from "../matrix.js";
import type { Box, Mat4, Vec3 } from "../model.js";
import type { Draw } from "./select.js";
import { lowest, type Stand } from "./stand.js";

/**
 * The rigid motion in the world that a defect gives to a standing component. After a tilt the lowest
 * point rests where the bottom was (on its solder), whatever the angle, so nothing passes through the board.
 *
 * - shift: turned about the middle of the bottom and slid in the board's plane.
 * - tombstone: turned about the bottom edge of the end that stays; the end on `sign`'s side rises. 90° is upright. Molten
 *   solder draws the foot of a two-pad part onto its pad.
 * - sideflip: turned about its own long axis, stays centred over its pads, and rests on a long edge or side.
 * - reverse_polarity: half a turn about the vertical. missing: no motion (it is hidden).
 *
 * `perMillimetre`: scene units per millimetre.
 */
export function physicalMotion(draw: Draw, stand: Stand, perMillimetre: number): Mat4 {
  return multiply(stand.toStand, inStand(draw, stand, perMillimetre), stand.toWorld);
}

/** X or Y, the longer side that lies on the board; X of (nearly) equal ones. */
export function lyingAxis(stand: Stand): 0 | 1 {
  const [x, y] = extent(stand.box);
  return y > x * (1 + 1e-6) ? 1 : 0;
}

function inStand(draw: Draw, stand: Stand, perMillimetre: number): Mat4 {
  switch (draw.defect) {
    case "shift": {
      const world = draw.translate.map((value) => value * perMillimetre) as unknown as Vec3;
      return multiply(rotation(2, draw.rotateZ), translation(transformDirection(world, stand.toStand)));
    }
    case "tombstone": {
      const along = lyingAxis(stand);
      const pivot: [number, number, number] = [0, 0, 0];
      pivot[along] = draw.sign > 0 ? stand.box.min[along] : stand.box.max[along];
      const turn = along === 0 ? rotation(1, -draw.sign * draw.angle) : rotation(0, draw.sign * draw.angle);
      const upright = settled(about(pivot, turn), stand);
      return multiply(upright, translation(drawnToPad(upright, stand, along, draw.sign)));
    }
    case "sideflip": {
      const middle: Vec3 = [0, 0, stand.box.max[2] / 2];
      return settled(about(middle, rotation(lyingAxis(stand), draw.sign * draw.angle)), stand);
    }
    case "reverse_polarity":
      return rotation(2, 180);
    case "missing":
      return IDENTITY;
  }
}

/** Lifted or lowered until the lowest vertex is where the bottom was; pins that went through the board lie on it. */
function settled(m: Mat4, stand: Stand): Mat4 {
  return multiply(m, translation([0, 0, stand.rest - lowest(stand.points, m)]));
}

/**
 * Along the part, the least move that brings the standing end's foot within its pad (a tenth of the pad from its border),
 * or to the pad's middle where it does not fit. Only for parts with two joints.
 */
function drawnToPad(m: Mat4, stand: Stand, along: 0 | 1, lifted: 1 | -1): Vec3 {
  if (stand.joints.length !== 2) return [0, 0, 0];
  const [a, b] = stand.joints as readonly [Box, Box];
  const pad = (centre(a)[along] - centre(b)[along]) * lifted < 0 ? a : b;
  const length = extent(stand.box)[along];
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < stand.points.length; i += 3) {
    // Vertices of the end that stays, whatever their height.
    if (lifted * stand.points[i + along]! > -0.4 * length) continue;
    const p = [stand.points[i]!, stand.points[i + 1]!, stand.points[i + 2]!] as const;
    const at = transformPoint(p, m)[along];
    low = Math.min(low, at);
    high = Math.max(high, at);
  }
  const margin = 0.1 * extent(pad)[along];
  const least = pad.min[along] + margin - low;
  const most = pad.max[along] - margin - high;
  const move = least > most ? (least + most) / 2 : Math.max(least, Math.min(most, 0));
  return along === 0 ? [move, 0, 0] : [0, move, 0];
}
