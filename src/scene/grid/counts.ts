import { usage } from "./usage.js";
import { yawSwapsAxes } from "./yaw.js";

export type CountInput = Readonly<{
  /** Extents of the board in scene units. */
  sizeX: number;
  sizeY: number;
  /** Window of the camera along the image's axes, scene units. */
  horizontalAperture: number;
  verticalAperture: number;
  yawDeg: number;
  /** Cells along world X and Y; one of them may be left out. */
  xNum?: number | null;
  yNum?: number | null;
}>;

/** The window's extents along world X and Y: swapped for an odd quarter turn. */
export function effectiveApertures(
  o: Pick<CountInput, "horizontalAperture" | "verticalAperture" | "yawDeg">,
): readonly [x: number, y: number] {
  const { horizontalAperture: h, verticalAperture: v } = o;
  return yawSwapsAxes(o.yawDeg) ? [v, h] : [h, v];
}

/**
 * Both cell counts, the missing one chosen so that cells have the shape of the camera's window (contract 1.2,
 * step 2). Throws `grid_invalid` for counts below 1 or not whole, and for empty boards and windows.
 */
export function cellCounts(o: CountInput): readonly [xNum: number, yNum: number] {
  const hint = "Give scan_grid.x_num or y_num as whole numbers of at least 1.";
  const { sizeX, sizeY } = o;
  const [effX, effY] = effectiveApertures(o);
  const given = [o.xNum, o.yNum].filter((n): n is number => n !== null && n !== undefined);
  if (given.length === 0) throw usage("grid_invalid", "neither x_num nor y_num is given", hint);
  for (const n of given)
    if (!Number.isInteger(n) || n < 1 || n > MOST_CELLS)
      throw usage("grid_invalid", `${n} is no usable number of cells (1 to ${MOST_CELLS})`, hint);
  if (!(sizeX > 0 && sizeY > 0 && sizeX < Infinity && sizeY < Infinity))
    throw usage(
      "grid_invalid",
      `the board is ${sizeX} × ${sizeY} scene units large`,
      "Check pcba_root: it must name a prim with visible geometry.",
    );
  if (!(effX > 0 && effY > 0))
    throw usage(
      "grid_invalid",
      `the camera's window is ${effX} × ${effY} scene units large`,
      "Set horizontal_aperture (tenths of a scene unit) to a positive number.",
    );
  const xNum = o.xNum ?? Math.max(1, Math.ceil(((o.yNum as number) * sizeX * effY) / (sizeY * effX)));
  const yNum = o.yNum ?? Math.max(1, Math.ceil(((o.xNum as number) * sizeY * effX) / (sizeX * effY)));
  if (xNum > MOST_CELLS || yNum > MOST_CELLS)
    throw usage("grid_invalid", `the grid would have ${xNum} × ${yNum} cells`, hint);
  return [xNum, yNum];
}

/** Cells along one axis that any real scan stays under; more is a slip of units. */
const MOST_CELLS = 10_000;
