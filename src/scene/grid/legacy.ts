import { usage } from "./usage.js";

/** A scan written out as ranges: both ends belong to it. Cells of this form have no grid index (contract 1.2). */
export type LegacyGrid = Readonly<{
  x_start: number;
  x_end: number;
  y_start: number;
  y_end: number;
  z: number;
  /** Used for the axis that has no step of its own. */
  step?: number;
  x_step?: number;
  y_step?: number;
}>;

/** Camera centres in scan order: falling X inside falling Y. Throws `grid_invalid` without a step, or too many. */
export function legacyCentres(grid: LegacyGrid): readonly (readonly [x: number, y: number])[] {
  const xs = walk(grid.x_start, grid.x_end, grid.x_step ?? grid.step, "x");
  const ys = walk(grid.y_start, grid.y_end, grid.y_step ?? grid.step, "y");
  return ys.flatMap((y) => xs.map((x) => [x, y] as const));
}

/** From `start` down to `end`, inclusive within a millionth of a step; a step that does not fall gives one value. */
function walk(start: number, end: number, step: number | undefined, axis: string): number[] {
  if (step === undefined)
    throw usage(
      "grid_invalid",
      `scan_grid has neither ${axis}_step nor step`,
      "Add a step, or use x_num and y_num.",
    );
  if (step <= 0) return start >= end ? [start] : [];
  if ((start - end) / step > 1e6)
    throw usage("grid_invalid", `scan_grid walks over a million ${axis} steps`, "Use a larger step.");
  const slack = 1e-6 * Math.max(Math.abs(step), 1);
  const out: number[] = [];
  for (let at = start; at >= end - slack; at -= step) out.push(at);
  return out;
}
