import { centre, extent } from "../box.js";
import type { Box, Mat4, Vec3 } from "../model.js";
import type { ContractFillet } from "./contract.js";

/** How the sheets of contract 1.8 are sized and set. */
export type FilletFit = Readonly<{
  /** As wide as the component and `inwardShare` of its half length from the end; else the fixed numbers. */
  adaptive: boolean;
  /** Scale of the sheet's length and width, unless adaptive. */
  sx: number;
  /** Scale of its height. */
  sz: number;
  /** From the component's end towards its middle, millimetres; undefined: `inwardShare`. */
  inwardMm: number | undefined;
  inwardShare: number;
  /** Above the bottom of the component's box, millimetres. */
  zOffsetMm: number;
}>;

/** The two sheets of a component: mesh space to world. */
export type Seats = Readonly<{
  left: Mat4;
  right: Mat4;
  /** The sheets start above the component, or beyond its middle: lengths of another unit, most likely. */
  adrift: boolean;
}>;

/** A part turned by more than this from a multiple of 90° has no box that tells its ends, degrees. */
const MOST_TURNED = 5;

/**
 * Where the two fillets of a component lie (contract 1.8): at both ends of the longer side of its world box, rising
 * towards its middle, centred across the shorter side. Axes are the component's own that lie nearest to the box's.
 * Undefined for components that do not stand at 0° or 90° or have no extent.
 */
export function seatsOf(
  world: Mat4,
  box: Box,
  shape: Pick<ContractFillet, "longEdge">,
  fit: FilletFit,
  millimetre: number,
): Seats | undefined {
  const axes = [0, 4, 8].map((row) => unit([world[row]!, world[row + 1]!, world[row + 2]!]));
  const [x, y, up] = axes;
  if (!x || !y || !up || !isSquare(x, up)) return undefined;
  const size = extent(box);
  const long = Math.max(size[0], size[1]) / 2;
  const width = Math.min(size[0], size[1]);
  if (!(long > 0 && Number.isFinite(long))) return undefined;
  const along = size[0] >= size[1] ? 0 : 1;
  const [longAxis, wideAxis] = Math.abs(x[along]) >= Math.abs(y[along]) ? [x, y] : [y, x];
  const sheet = shape.longEdge * 0.6;
  const sy = fit.adaptive && sheet > 0 ? width / sheet : fit.sx;
  const fixed = fit.adaptive ? undefined : fit.inwardMm;
  const inward = fixed === undefined ? fit.inwardShare * long : fixed * millimetre;
  const rise = fit.zOffsetMm * millimetre;
  const middle = centre(box);
  const seat = (sign: 1 | -1): Mat4 => {
    const [ox, oy] = [0, 1].map(
      (k) => middle[k]! + longAxis[k]! * sign * (long - inward) - (wideAxis[k]! * sheet * sy) / 2,
    );
    return [
      ...longAxis.map((v) => v * sign * sy),
      0,
      ...wideAxis.map((v) => v * sy),
      0,
      ...up.map((v) => v * fit.sz),
      0,
      ...[ox!, oy!, box.min[2] + rise, 1],
    ];
  };
  return { left: seat(-1), right: seat(1), adrift: rise > size[2] || inward > long };
}

/** Upright, or upside down, and turned by about a multiple of 90°. */
function isSquare(x: Vec3, up: Vec3): boolean {
  const limit = Math.cos((MOST_TURNED * Math.PI) / 180);
  return Math.abs(up[2]) >= limit && Math.max(Math.abs(x[0]), Math.abs(x[1])) >= limit;
}

function unit([x, y, z]: Vec3): Vec3 | undefined {
  const length = Math.hypot(x, y, z);
  return length > 0 && Number.isFinite(length) ? [x / length, y / length, z / length] : undefined;
}
