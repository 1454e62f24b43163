import type { Vec3 } from "../model.js";
import type { ScanGrid } from "./geometry.js";

/** A camera position of a scan; `grid` is the cell's column and row, 0 at the largest X and Y. */
export type Cell = Readonly<{ at: Vec3; grid?: readonly [x: number, y: number] }>;

/** One picture to take. */
export type FrameSlot = Readonly<{
  /** Number of the frame over the whole run. */
  number: number;
  /** What stands in file names: `0007`, or `x3_y0`. */
  id: string;
  cell: Cell;
  /** Position of the cell in this trigger, and which of its samples this is. */
  position: number;
  sample: number;
}>;

export type FrameOptions = Readonly<{
  triggers: number;
  /** Cells of the first trigger that are left out, and number of the first frame; negative counts as 0. */
  seed: number;
  samplesPerPosition: number;
  /** −1: no limit. */
  maxImageCount: number;
  /** The missing flow takes two pictures of every cell under one number. */
  picturesPerFrame: 1 | 2;
  padding: number;
  /** Name frames by their cell. Ignored for cells without a grid index and for several samples of a cell. */
  nameByCell: boolean;
}>;

/** Cells in scan order: rows from the largest Y, in each row from the largest X (contract 1.4). */
export function gridCells(grid: ScanGrid): readonly Cell[] {
  return grid.yCenters.flatMap((y, j) =>
    grid.xCenters.map((x, i) => ({ at: [x, y, grid.z], grid: [i, j] }) as const),
  );
}

/** The frames of every trigger that takes any, in order (contract 1.4). */
export function planFrames(cells: readonly Cell[], o: FrameOptions): readonly (readonly FrameSlot[])[] {
  const seed = Math.max(0, o.seed);
  const samples = Math.max(1, o.samplesPerPosition);
  const triggers: FrameSlot[][] = [];
  // Like the number in a file name this counts a frame of two pictures once.
  let taken = 0;
  for (let trigger = 0; trigger < o.triggers; trigger++) {
    const left = o.maxImageCount < 0 ? Number.POSITIVE_INFINITY : o.maxImageCount - taken;
    const room = Math.floor(left / o.picturesPerFrame);
    const positions = trigger === 0 ? cells.slice(seed) : cells;
    const frames = positions
      .slice(0, Math.ceil(room / samples))
      .flatMap((cell, position) =>
        Array.from({ length: samples }, (_, sample) => ({ cell, position, sample })),
      )
      .slice(0, room);
    const name = frameNamer(frames, samples === 1 && o.nameByCell, o.padding);
    triggers.push(
      frames.map((frame, i) => ({
        number: seed + taken + i,
        id: name(frame.cell, seed + taken + i),
        ...frame,
      })),
    );
    taken += frames.length;
  }
  return triggers;
}

/** Names by cell are as wide as the trigger's largest index needs: a 10-wide grid gives `x0`, a 12-wide one `x00`. */
function frameNamer(frames: readonly { cell: Cell }[], byCell: boolean, padding: number) {
  const wide = (axis: 0 | 1) =>
    String(frames.reduce((most, f) => Math.max(most, f.cell.grid?.[axis] ?? 0), 0)).length;
  const [x, y] = [wide(0), wide(1)];
  return (cell: Cell, number: number): string =>
    byCell && cell.grid
      ? `x${String(cell.grid[0]).padStart(x, "0")}_y${String(cell.grid[1]).padStart(y, "0")}`
      : String(number).padStart(padding, "0");
}
