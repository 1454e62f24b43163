import { transformPoint } from "./matrix.js";
import type { Box, Mat4, Vec3 } from "./model.js";

/** The box of nothing: every union with it gives the other box. */
export const EMPTY_BOX: Box = Object.freeze({
  min: Object.freeze([Infinity, Infinity, Infinity] as const),
  max: Object.freeze([-Infinity, -Infinity, -Infinity] as const),
});

export function isEmpty(box: Box): boolean {
  return !(box.min[0] <= box.max[0] && box.min[1] <= box.max[1] && box.min[2] <= box.max[2]);
}

/** `points`: 3 numbers each. */
export function boxOf(points: ArrayLike<number>): Box {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i++) {
    const axis = i % 3;
    const value = points[i]!;
    if (value < min[axis]!) min[axis] = value;
    if (value > max[axis]!) max[axis] = value;
  }
  return { min: min as unknown as Vec3, max: max as unknown as Vec3 };
}

export function unite(...boxes: readonly Box[]): Box {
  const pick = (of: (...values: number[]) => number, side: "min" | "max"): Vec3 =>
    [0, 1, 2].map((axis) => of(...boxes.map((box) => box[side][axis]!))) as unknown as Vec3;
  if (boxes.length === 0) return EMPTY_BOX;
  return { min: pick(Math.min, "min"), max: pick(Math.max, "max") };
}

export function centre(box: Box): Vec3 {
  return [0, 1, 2].map((axis) => (box.min[axis]! + box.max[axis]!) / 2) as unknown as Vec3;
}

/** Edge lengths. */
export function extent(box: Box): Vec3 {
  return [0, 1, 2].map((axis) => box.max[axis]! - box.min[axis]!) as unknown as Vec3;
}

export function corners({ min, max }: Box): Vec3[] {
  return Array.from({ length: 8 }, (_, i) => [
    i & 1 ? max[0] : min[0],
    i & 2 ? max[1] : min[1],
    i & 4 ? max[2] : min[2],
  ]);
}

/** The axis-aligned box around the moved box. */
export function transformBox(box: Box, m: Mat4): Box {
  if (isEmpty(box)) return EMPTY_BOX;
  return boxOf(corners(box).flatMap((corner) => transformPoint(corner, m)));
}
