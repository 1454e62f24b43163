import type { ImageShape } from "../data/align.js";
import { clamp, type Sample } from "./sample.js";

/** A symmetry of the square: flips are applied before the transposition. */
export type Symmetry = Readonly<{ flipX: boolean; flipY: boolean; transpose: boolean }>;

/** Turning by a multiple of 90° (counter-clockwise), as a symmetry. */
export function quarterTurn(degrees: number): Symmetry {
  const turn = (((Math.round(degrees / 90) % 4) + 4) % 4) as 0 | 1 | 2 | 3;
  return { flipX: turn === 1 || turn === 2, flipY: turn === 2 || turn === 3, transpose: turn % 2 === 1 };
}

/** Applies the same symmetry to both images and the masks. A transposition needs a square. */
export function applySymmetry(sample: Sample, symmetry: Symmetry): Sample {
  const { shape } = sample;
  if (symmetry.transpose && shape.height !== shape.width)
    throw new RangeError("only a square can be transposed");
  const change = (planes: Float32Array, channels: number) =>
    reorder(planes, { ...shape, channels }, symmetry);
  return {
    shape,
    test: change(sample.test, shape.channels),
    golden: change(sample.golden, shape.channels),
    valid: change(sample.valid, 1),
    mask: change(sample.mask, 1),
  };
}

function reorder(planes: Float32Array, { channels, height, width }: ImageShape, s: Symmetry): Float32Array {
  if (!s.flipX && !s.flipY && !s.transpose) return planes;
  const out = new Float32Array(planes.length);
  let to = 0;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [row, column] = s.transpose ? [x, y] : [y, x];
        const fromY = s.flipY ? height - 1 - row : row;
        const fromX = s.flipX ? width - 1 - column : column;
        out[to++] = planes[(c * height + fromY) * width + fromX];
      }
  return out;
}

/**
 * Zooms both images about the same window: `scale` > 1 shows a larger part, smaller. Bilinear; outside pixels repeat
 * the border and are marked as not valid.
 */
export function scaledCrop(sample: Sample, scale: number, centreX: number, centreY: number): Sample {
  const { height, width, channels } = sample.shape;
  const zoom = (planes: Float32Array, count: number, outside: number | undefined) => {
    const out = new Float32Array(planes.length);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const fromY = centreY + (y - (height - 1) / 2) * scale;
        const fromX = centreX + (x - (width - 1) / 2) * scale;
        const inside = fromY > -0.5 && fromX > -0.5 && fromY < height - 0.5 && fromX < width - 0.5;
        for (let c = 0; c < count; c++) {
          const at = (c * height + y) * width + x;
          out[at] =
            !inside && outside !== undefined
              ? outside
              : bilinear(planes, c * height, fromY, fromX, height, width);
        }
      }
    return out;
  };
  return {
    shape: sample.shape,
    test: zoom(sample.test, channels, undefined),
    golden: zoom(sample.golden, channels, undefined),
    valid: zoom(sample.valid, 1, 0).map((v) => (v > 0.999 ? 1 : 0)),
    mask: zoom(sample.mask, 1, 0).map((v) => (v >= 0.5 ? 1 : 0)),
  };
}

function bilinear(
  planes: Float32Array,
  rowOffset: number,
  y: number,
  x: number,
  height: number,
  width: number,
): number {
  const cy = clamp(y, 0, height - 1);
  const cx = clamp(x, 0, width - 1);
  const [y0, x0] = [Math.floor(cy), Math.floor(cx)];
  const [y1, x1] = [Math.min(height - 1, y0 + 1), Math.min(width - 1, x0 + 1)];
  const [fy, fx] = [cy - y0, cx - x0];
  const at = (row: number, column: number) => planes[(rowOffset + row) * width + column];
  return (
    (at(y0, x0) * (1 - fx) + at(y0, x1) * fx) * (1 - fy) + (at(y1, x0) * (1 - fx) + at(y1, x1) * fx) * fy
  );
}
