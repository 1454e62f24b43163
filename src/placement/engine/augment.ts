import type { PythonRandom } from "../../kit/python-random.js";
import { nearestPositions } from "../../vision/index.js";
import { type Alignment, fixedPoint, type Point } from "./alignment.js";
import type { Augmentation, Morph } from "./parameters.js";
import { type CanvasWarp, warpAbout } from "./warp.js";

/**
 * A drawn change of a shape, not yet carried out: columns and rows of the shape that a canvas shows after shift, scale
 * and flips (−1: nothing), the warps that follow, and the last touch-up.
 */
export type Change = Readonly<{
  width: number;
  height: number;
  /** Where the fixed point has gone. */
  fixed: Point;
  columns: Int32Array;
  rows: Int32Array;
  warps: readonly CanvasWarp[];
  morph: Morph | undefined;
  kernel: number;
}>;

const RADIANS = Math.PI / 180;

/** Draws a change of a `width × height` shape. The order of the draws is that of contract 5.4. */
export function drawChange(
  random: PythonRandom,
  shape: Readonly<{ width: number; height: number }>,
  a: Augmentation,
  o: { by: Alignment; strict: boolean },
): Change {
  let { x, y } = fixedPoint(o.by, shape.width, shape.height);
  let columns = Int32Array.from({ length: shape.width }, (_, i) => i);
  let rows = Int32Array.from({ length: shape.height }, (_, i) => i);
  const chance = (p: number): boolean => random.random() < p;

  const shiftX = chance(a.shift_x_probability);
  const shiftY = chance(a.shift_y_probability);
  if (shiftX || shiftY) {
    const dx = shiftX ? random.randint(...a.shift_x_range) : 0;
    const dy = shiftY ? random.randint(...a.shift_y_range) : 0;
    columns = padded(columns, dx);
    rows = padded(rows, dy);
    x -= Math.min(0, dx);
    y -= Math.min(0, dy);
  }

  const scaleX = chance(a.scale_x_probability);
  const scaleY = chance(a.scale_y_probability);
  if (scaleX || scaleY) {
    const { sx, sy } = drawScale(random, a, scaleX, scaleY);
    const width = Math.trunc(columns.length * sx);
    const height = Math.trunc(rows.length * sy);
    if (width > 0 && height > 0) {
      x = Math.trunc(x * (width / columns.length));
      y = Math.trunc(y * (height / rows.length));
      columns = nearestPositions(columns.length, width).map((i) => columns[i]);
      rows = nearestPositions(rows.length, height).map((i) => rows[i]);
    }
  }

  if (chance(a.flip_x_probability)) {
    columns.reverse();
    if (o.strict) x = columns.length - 1 - x;
  }
  if (chance(a.flip_y_probability)) {
    rows.reverse();
    if (o.strict) y = rows.length - 1 - y;
  }

  let canvas = { width: columns.length, height: rows.length, fixed: { x, y } };
  const warps: CanvasWarp[] = [];
  const warp = (matrix: readonly [number, number, number, number]): void => {
    const next = warpAbout(matrix, canvas.fixed, canvas.width, canvas.height);
    warps.push(next);
    canvas = next;
  };
  if (chance(a.rotation_probability)) {
    const angle = random.uniform(...a.rotation_range) * RADIANS;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    warp([c, -s, s, c]);
  }
  const shearX = chance(a.shear_x_probability);
  const shearY = chance(a.shear_y_probability);
  if (shearX || shearY) {
    const tx = shearX ? Math.tan(random.uniform(...a.shear_x_range) * RADIANS) : 0;
    const ty = shearY ? Math.tan(random.uniform(...a.shear_y_range) * RADIANS) : 0;
    warp([1, tx, ty, 1]);
  }
  const morph = chance(a.morph_probability) ? random.choice(a.morph_operations) : undefined;
  const { width, height, fixed } = canvas;
  return { width, height, fixed, columns, rows, warps, morph, kernel: a.kernel_size };
}

/** A canvas that grows on the side of the motion: nothing of the content is cut. */
function padded(positions: Int32Array<ArrayBuffer>, by: number): Int32Array<ArrayBuffer> {
  const out = new Int32Array(positions.length + Math.abs(by)).fill(-1);
  out.set(positions, Math.max(0, by));
  return out;
}

function drawScale(
  random: PythonRandom,
  a: Augmentation,
  scaleX: boolean,
  scaleY: boolean,
): { sx: number; sy: number } {
  if (a.scale_fixed_ratio && scaleX && scaleY) {
    const low = Math.max(a.scale_x_range[0], a.scale_y_range[0]);
    const high = Math.min(a.scale_x_range[1], a.scale_y_range[1]);
    const s = random.uniform(low, high);
    return { sx: s, sy: s };
  }
  const sx = scaleX ? random.uniform(...a.scale_x_range) : 1;
  const sy = scaleY ? random.uniform(...a.scale_y_range) : 1;
  return { sx, sy };
}
