import type { Problem } from "../../kit/errors.js";
import type { Board, Placement } from "../board/board.js";
import { problemLog } from "../board/problem-log.js";
import { type Bounds, polygonBounds } from "../planar/index.js";

/** A part may hang over the edge this far, millimetres. */
const OVERHANG = 2;

/** What every source needs: parts and holes that lie beside the board are left out, unusable sizes are refused. */
export function finished(board: Board, file: string): { board?: Board; problems: Problem[] } {
  const log = problemLog();
  const box = polygonBounds([board.outline]);
  const width = box ? box.maxX - box.minX : 0;
  const height = box ? box.maxY - box.minY : 0;
  if (!box || !(width >= 1 && height >= 1 && width <= 1000 && height <= 1000)) {
    const message = `the outline measures ${width.toFixed(2)} × ${height.toFixed(2)} mm`;
    const hint = "Boards measure 1 mm to 1 m: check the outline layer and its unit.";
    return { problems: [{ code: "board_size", severity: "error", message, hint, where: { file } }] };
  }
  const off = board.placements.filter((p) => !isOn(p, box));
  if (off.length > 0)
    log.add(
      "warning",
      "component_off_board",
      `${off.length} components lie beside the board and are left out: ${listed(off.map((p) => p.ref || p.footprint))}`,
      "Place them on the board, or delete them.",
      { file },
    );
  const placements = off.length > 0 ? board.placements.filter((p) => isOn(p, box)) : board.placements;
  const drills = board.drills.filter((d) => within(box, d.at, OVERHANG));
  return { board: { ...board, placements, drills }, problems: log.problems() };
}

function isOn(p: Placement, box: Bounds): boolean {
  if (p.pads.length === 0) return within(box, p.at, OVERHANG);
  return p.pads.some((pad) => pad.shape.outline.some((q) => within(box, q, OVERHANG)));
}

function within(box: Bounds, [x, y]: readonly [number, number], by: number): boolean {
  return x >= box.minX - by && x <= box.maxX + by && y >= box.minY - by && y <= box.maxY + by;
}

function listed(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 8).join(", ")}, …` : names.join(", ");
}
