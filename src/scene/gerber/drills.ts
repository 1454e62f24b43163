import { ReflowError } from "../../kit/errors.js";
import type { Drill, Point } from "../board/board.js";
import type { ProblemLog } from "../board/problem-log.js";
import { type Bounds, boundsOf } from "../planar/index.js";
import { type DrillFile, type DrillGuess, type Hole, parseExcellon } from "./excellon.js";
import type { Role } from "./identify.js";
import type { GerberObject } from "./image.js";
import { parseGerber } from "./parse.js";
import { flashedHoles } from "./plot.js";
import type { Sources, TextFile } from "./sources.js";

type Placed = Hole & Readonly<{ plated: boolean | undefined }>;

/**
 * All holes of the board. Where a drill file leaves its number format open, the format that puts the holes onto the
 * board is taken. Plating follows the file, else whether copper is flashed around the hole.
 */
export function readDrills(
  sources: Sources,
  copper: readonly GerberObject[],
  board: Bounds | undefined,
  log: ProblemLog,
): Drill[] {
  const holes: Placed[] = [];
  for (const { file, role } of sources.drills) {
    const drill = readOne(file, board, log);
    if (!drill) continue;
    const plated = role === "drill" ? drill.plated : role === "drill_plated";
    holes.push(...drill.holes.map((h) => ({ ...h, plated })));
  }
  // KiCad can write the same holes in both forms.
  const drawn = sources.drills.length > 0 ? [] : (["drill", "drill_plated", "drill_unplated"] as const);
  for (const role of drawn)
    for (const file of sources.layers.get(role) ?? []) holes.push(...drawnHoles(file, role, log));
  const lands = flashSizes(copper);
  return distinct(holes).map((h): Drill => {
    const around = lands.get(spot(h.at)) ?? (h.to ? lands.get(spot(middle(h.at, h.to))) : undefined);
    const ring = around !== undefined && around > h.diameter + 0.02 ? around : undefined;
    const plated = h.plated ?? ring !== undefined;
    const land = plated ? (ring ?? h.diameter + 0.2) : 0;
    return { at: h.at, ...(h.to ? { to: h.to } : {}), diameter: h.diameter, land };
  });
}

/** Formats that drill files without decimal points use, the likely ones first. */
const GUESSES: readonly DrillGuess[] = [
  { unit: 25.4, format: { skip: "leading", integers: 2, decimals: 4 } },
  { unit: 1, format: { skip: "leading", integers: 3, decimals: 3 } },
  { unit: 25.4, format: { skip: "trailing", integers: 2, decimals: 4 } },
  { unit: 1, format: { skip: "trailing", integers: 3, decimals: 3 } },
  { unit: 1, format: { skip: "leading", integers: 4, decimals: 2 } },
  { unit: 1, format: { skip: "leading", integers: 4, decimals: 4 } },
  { unit: 25.4, format: { skip: "leading", integers: 2, decimals: 5 } },
];

function readOne(file: TextFile, board: Bounds | undefined, log: ProblemLog): DrillFile | undefined {
  const first = parseExcellon(file.text, file.name);
  let best = first;
  let inside = shareInside(first.drill, board);
  if (first.drill?.guessed && board && inside < 0.95) {
    for (const guess of GUESSES) {
      const tried = parseExcellon(file.text, file.name, guess);
      const share = shareInside(tried.drill, board);
      if (share > inside) [best, inside] = [tried, share];
    }
    log.add(
      inside >= 0.95 ? "info" : "warning",
      "drill_format_guessed",
      `${file.name} does not say its number format; the one that puts ${Math.round(100 * inside)} % of the holes onto the board is taken`,
      "Export the drill file with decimal points.",
      { file: file.name },
    );
  } else if (board && (first.drill?.holes.length ?? 0) > 0 && inside < 0.5)
    log.add(
      "warning",
      "drill_misaligned",
      `${file.name}: ${Math.round(100 * (1 - inside))} % of the holes lie off the board`,
      "Export Gerber and drill files with the same origin.",
      { file: file.name },
    );
  for (const p of best.problems)
    if (p.severity === "error") throw new ReflowError("data", p.code, p.message, p.hint, { where: p.where });
    else log.add(p.severity, p.code, p.message, p.hint, p.where);
  return best.drill;
}

function shareInside(drill: DrillFile | undefined, board: Bounds | undefined): number {
  if (!drill || drill.holes.length === 0 || !board) return 1;
  const margin = 0.5;
  const size = boundsOf(drill.holes.map((h) => h.at));
  const inside = drill.holes.filter(
    ({ at: [x, y] }) =>
      x >= board.minX - margin &&
      x <= board.maxX + margin &&
      y >= board.minY - margin &&
      y <= board.maxY + margin,
  ).length;
  // Holes shrunk onto one spot lie "inside" too: a board's holes spread over some of it.
  const spread = size ? Math.max(size.maxX - size.minX, size.maxY - size.minY) : 0;
  const wide = Math.max(board.maxX - board.minX, board.maxY - board.minY);
  return drill.holes.length > 3 && spread < 0.02 * wide ? 0 : inside / drill.holes.length;
}

function drawnHoles(file: TextFile, role: Role, log: ProblemLog): Placed[] {
  const { image, problems } = parseGerber(file.text, file.name);
  for (const p of problems)
    log.add(p.severity === "error" ? "warning" : p.severity, p.code, p.message, p.hint, p.where);
  if (!image) return [];
  const plated = role === "drill" ? undefined : role === "drill_plated";
  return flashedHoles(image.objects)
    .filter((h) => h.diameter > 0)
    .map((h) => ({ ...h, plated }));
}

/** Smallest side of what is flashed at each spot. */
function flashSizes(objects: readonly GerberObject[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const o of objects) {
    if (o.kind !== "flash" || !o.dark) continue;
    const box = boundsOf(o.aperture.shape.flatMap((p) => p.outline));
    const size = o.aperture.round ?? (box && Math.min(box.maxX - box.minX, box.maxY - box.minY));
    if (size !== undefined) sizes.set(spot([o.map[4], o.map[5]]), size);
  }
  return sizes;
}

function spot([x, y]: Point): string {
  return `${Math.round(x * 50)},${Math.round(y * 50)}`;
}

function middle(a: Point, b: Point): Point {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/** A hole in two files counts once. */
function distinct(holes: readonly Placed[]): Placed[] {
  const seen = new Set<string>();
  return holes.filter((h) => {
    const key = `${spot(h.at)} ${h.to ? spot(h.to) : ""} ${h.diameter.toFixed(2)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
