import { type AffineRows, nearestWarp } from "../../vision/index.js";
import type { Point } from "./alignment.js";

/** A linear map about a point, on a canvas that just holds what it makes of a `width × height` image. */
export type CanvasWarp = Readonly<{
  width: number;
  height: number;
  /** Where the point lies on the new canvas. */
  fixed: Point;
  /** Source pixel of a canvas pixel; may lie outside the source. */
  source: ReturnType<typeof nearestWarp>;
}>;

const f = Math.fround;

/**
 * Warps about `fixed` by [[a, b], [c, d]] (image axes, so a positive rotation is clockwise on screen). The matrices
 * are single precision, as in the contract's own arithmetic: the canvas is the floor and ceiling of the moved corners.
 */
export function warpAbout(
  [a, b, c, d]: readonly [number, number, number, number],
  fixed: Point,
  width: number,
  height: number,
): CanvasWarp {
  const [p, q, r, s] = [f(a), f(b), f(c), f(d)];
  // The second product is added unrounded, as fused multiply-add does.
  const tx = f(f(f(p * -fixed.x) + q * -fixed.y) + fixed.x);
  const ty = f(f(f(r * -fixed.x) + s * -fixed.y) + fixed.y);
  const xs = [tx, p * width + tx, p * width + q * height + tx, q * height + tx];
  const ys = [ty, r * width + ty, r * width + s * height + ty, s * height + ty];
  const left = Math.floor(Math.min(...xs));
  const top = Math.floor(Math.min(...ys));
  const out = { width: Math.ceil(Math.max(...xs)) - left, height: Math.ceil(Math.max(...ys)) - top };
  const map: AffineRows = [p, q, f(tx - left), r, s, f(ty - top)];
  return {
    ...out,
    fixed: { x: fixed.x - left, y: fixed.y - top },
    source: nearestWarp(map, out.width, out.height),
  };
}
