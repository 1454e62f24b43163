import { type Alignment, anchorOf, fixedPoint, type Point } from "./alignment.js";
import type { Augmentation, Dynamic, Range } from "./parameters.js";

type Size = Readonly<{ width: number; height: number }>;

/** Part of the shape's size that may hang over each side of the region. */
const OVERFLOW = 0.2;
const RADIANS = Math.PI / 180;

/**
 * The augmentation with the ranges that follow from a region's box and the shape (contract 5.4): how far it can be
 * shifted inside the box, and turned or sheared before a corner hangs over by more than a fifth of the shape.
 * Without a box (an empty region) the narrow fallbacks hold.
 */
export function withRanges(
  augmentation: Augmentation,
  dynamic: Dynamic,
  o: { region: Size | undefined; shape: Size; on: Alignment; by: Alignment },
): Augmentation {
  if (!o.region)
    return {
      ...augmentation,
      ...(dynamic.shift ? { shift_x_range: [-1, 1], shift_y_range: [-1, 1] } : {}),
      ...(dynamic.rotation ? { rotation_range: [-15, 15] } : {}),
      ...(dynamic.shear ? { shear_x_range: [-5, 5], shear_y_range: [-5, 5] } : {}),
    };
  const { region, shape } = o;
  const anchor = anchorOf(o.on, region.width, region.height);
  const fixed = fixedPoint(o.by, shape.width, shape.height);
  const room: Room = {
    left: anchor.x + shape.width * OVERFLOW,
    right: region.width - anchor.x + shape.width * OVERFLOW,
    top: anchor.y + shape.height * OVERFLOW,
    bottom: region.height - anchor.y + shape.height * OVERFLOW,
  };
  const corners: Point[] = [
    { x: 0 - fixed.x, y: 0 - fixed.y },
    { x: shape.width - fixed.x, y: 0 - fixed.y },
    { x: shape.width - fixed.x, y: shape.height - fixed.y },
    { x: 0 - fixed.x, y: shape.height - fixed.y },
  ];
  return {
    ...augmentation,
    ...(dynamic.shift
      ? {
          shift_x_range: shifts(anchor.x - fixed.x, region.width, shape.width),
          shift_y_range: shifts(anchor.y - fixed.y, region.height, shape.height),
        }
      : {}),
    ...(dynamic.rotation ? { rotation_range: both((sign) => largestTurn(corners, room, sign)) } : {}),
    ...(dynamic.shear
      ? {
          shear_x_range: both((sign) =>
            largestShear(corners, room.left, room.right, (c, t) => c.x + t * c.y, sign),
          ),
          shear_y_range: both((sign) =>
            largestShear(corners, room.top, room.bottom, (c, t) => c.y + t * c.x, sign),
          ),
        }
      : {}),
  };
}

type Room = Readonly<{ left: number; right: number; top: number; bottom: number }>;

function shifts(start: number, region: number, shape: number): Range {
  const before = Math.max(1, Math.trunc(start));
  const after = Math.max(1, Math.trunc(region - (start + shape)));
  return [-before, after];
}

function both(limit: (sign: 1 | -1) => number): Range {
  return [-limit(-1), limit(1)];
}

function largestTurn(corners: readonly Point[], room: Room, sign: 1 | -1): number {
  return largest(corners, 5, 45, sign, (c, angle) => {
    const x = c.x * Math.cos(angle) - c.y * Math.sin(angle);
    const y = c.x * Math.sin(angle) + c.y * Math.cos(angle);
    return x < -room.left || x > room.right || y < -room.top || y > room.bottom;
  });
}

function largestShear(
  corners: readonly Point[],
  before: number,
  after: number,
  along: (c: Point, tangent: number) => number,
  sign: 1 | -1,
): number {
  return largest(corners, 2, 30, sign, (c, angle) => {
    const at = along(c, Math.tan(angle));
    return at < -before || at > after;
  });
}

/** The last of the angles `step, 2·step … most` at which no corner leaves, at least one step. */
function largest(
  corners: readonly Point[],
  step: number,
  most: number,
  sign: 1 | -1,
  leaves: (corner: Point, angle: number) => boolean,
): number {
  let limit = most;
  for (const corner of corners)
    for (let degrees = step; degrees <= most; degrees += step)
      if (leaves(corner, sign * degrees * RADIANS)) {
        limit = Math.min(limit, Math.max(step, degrees - step));
        break;
      }
  return limit;
}
