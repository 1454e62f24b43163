import type { Box } from "../model.js";
import { type CountInput, cellCounts, effectiveApertures } from "./counts.js";
import { usage } from "./usage.js";

export type ScanGridInput = Omit<CountInput, "sizeX" | "sizeY"> &
  Readonly<{
    /** World box of the board, scene units; the inspected side faces +Z. */
    box: Box;
    /** `pinhole` is another name for `perspective`. */
    projection: "orthographic" | "perspective" | "pinhole";
    /** Scene units; perspective only. */
    focalLength?: number;
    /** Lowest height of the camera. */
    zMin?: number | null;
  }>;

/** Camera centres of one scan; the scan walks rows of falling X inside falling Y. Scene units. */
export type ScanGrid = Readonly<{
  projection: "orthographic" | "perspective";
  /** Falling: index 0 is the largest. */
  xCenters: readonly number[];
  yCenters: readonly number[];
  z: number;
  /** Distance of neighbouring centres; 0 when one cell covers the axis. */
  xStep: number;
  yStep: number;
  /** What one frame sees at the board's top, along world X and Y. */
  footprintX: number;
  footprintY: number;
}>;

/**
 * The scan grid whose frames cover the board (contract 1.2). Throws `grid_invalid` for unusable counts, windows
 * and focal lengths, `grid_gaps` when an orthographic window is too small for the cell count, `yaw_not_cardinal`.
 */
export function scanGrid(o: ScanGridInput): ScanGrid {
  const { min, max } = o.box;
  const size = [max[0] - min[0], max[1] - min[1], max[2] - min[2]] as const;
  const [xNum, yNum] = cellCounts({ ...o, sizeX: size[0], sizeY: size[1] });
  const [effX, effY] = effectiveApertures(o);
  const floor = o.zMin ?? Number.NEGATIVE_INFINITY;
  const projection = o.projection === "orthographic" ? "orthographic" : "perspective";
  let z: number;
  let footprint: readonly [number, number];
  if (projection === "orthographic") {
    refuseGaps("X", xNum, effX, size[0]);
    refuseGaps("Y", yNum, effY, size[1]);
    z = Math.max(max[2] + Math.max(size[2], 1e-3), floor);
    footprint = [effX, effY];
  } else {
    const f = o.focalLength ?? 0;
    if (!(f > 0))
      throw usage(
        "grid_invalid",
        `the focal length is ${f}`,
        "Set focal_length to a positive number.",
        "focal_length",
      );
    const height = Math.max((size[0] * f) / (effX * xNum), (size[1] * f) / (effY * yNum));
    z = Math.max(max[2] + height, floor);
    footprint = [((z - max[2]) * effX) / f, ((z - max[2]) * effY) / f];
  }
  const x = centres((min[0] + max[0]) / 2, size[0], footprint[0], xNum);
  const y = centres((min[1] + max[1]) / 2, size[1], footprint[1], yNum);
  return {
    projection,
    xCenters: x.centres,
    yCenters: y.centres,
    z,
    xStep: x.step,
    yStep: y.step,
    footprintX: footprint[0],
    footprintY: footprint[1],
  };
}

/** True when the frames together see the whole box, within `epsilon`. */
export function coversBox(grid: ScanGrid, box: Box, epsilon = 1e-6): boolean {
  const covers = (centre: readonly number[], footprint: number, low: number, high: number) =>
    Math.min(...centre) - footprint / 2 <= low + epsilon &&
    Math.max(...centre) + footprint / 2 + epsilon >= high;
  return (
    covers(grid.xCenters, grid.footprintX, box.min[0], box.max[0]) &&
    covers(grid.yCenters, grid.footprintY, box.min[1], box.max[1])
  );
}

/** The grid as it stands in a metadata file's `config.scan_grid` (contract 1.2, result record). */
export function gridRecord(grid: ScanGrid, box: Box): Readonly<Record<string, unknown>> {
  const { xCenters: xs, yCenters: ys } = grid;
  return {
    x_start: xs[0],
    x_end: xs.at(-1),
    y_start: ys[0],
    y_end: ys.at(-1),
    x_step: grid.xStep,
    y_step: grid.yStep,
    z: grid.z,
    x_num: xs.length,
    y_num: ys.length,
    footprint_x: grid.footprintX,
    footprint_y: grid.footprintY,
    projection: grid.projection,
    x_centers: xs,
    y_centers: ys,
    bbox_min: box.min,
    bbox_max: box.max,
  };
}

/** One axis: cells over the whole board lie on its middle, however many were asked for. */
function centres(middle: number, size: number, footprint: number, num: number) {
  if (num === 1 || footprint >= size) return { centres: new Array<number>(num).fill(middle), step: 0 };
  const step = (size - footprint) / (num - 1);
  const first = middle + (size - footprint) / 2;
  return { centres: Array.from({ length: num }, (_, i) => first - i * step), step };
}

function refuseGaps(axis: string, num: number, footprint: number, size: number): void {
  if (num * footprint + 1e-6 < size)
    throw usage(
      "grid_gaps",
      `${num} frames of ${footprint} scene units cannot cover the board's ${size} along ${axis}`,
      "Ask for more cells or widen horizontal_aperture.",
    );
}
