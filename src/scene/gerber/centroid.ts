import type { Problem } from "../../kit/errors.js";
import { type ProblemLog, problemLog } from "../board/problem-log.js";
import { columnOf, plainName, type Rows, splitTable } from "./tables.js";

/** A row of a pick-and-place file. Millimetres, degrees counter-clockwise, in the file's own axes. */
export type CentroidRow = Readonly<{
  ref: string;
  x: number;
  y: number;
  rotation: number;
  side: "top" | "bottom";
  value: string;
  footprint: string;
  line: number;
}>;

const REF = [
  "designator",
  "refdes",
  "ref",
  "reference",
  "references",
  "part",
  "name",
  "component",
  "refdesignator",
  "referencedesignator",
  "componentname",
];
const X = [
  "midx",
  "centerx",
  "centrex",
  "posx",
  "x",
  "xpos",
  "locationx",
  "refx",
  "centroidx",
  "xcenter",
  "xcoord",
  "xcoordinate",
  "midxmm",
  "padx",
  "symx",
];
const Y = [
  "midy",
  "centery",
  "centrey",
  "posy",
  "y",
  "ypos",
  "locationy",
  "refy",
  "centroidy",
  "ycenter",
  "ycoord",
  "ycoordinate",
  "midymm",
  "pady",
  "symy",
];
const TURN = ["rotation", "rot", "angle", "orientation", "rotationdeg", "symrotate"];
const SIDE = ["layer", "side", "tb", "topbottom", "mountside", "boardside", "board", "mirror", "symmirror"];
const VALUE = ["val", "value", "comment", "partvalue", "description"];
const FOOTPRINT = [
  "package",
  "footprint",
  "pattern",
  "footprintdescription",
  "packagereference",
  "symname",
  "device",
];

/** Millimetres per unit. */
const UNITS: Readonly<Record<string, number>> = {
  mm: 1,
  millimeter: 1,
  millimetre: 1,
  mil: 0.0254,
  mils: 0.0254,
  thou: 0.0254,
  in: 25.4,
  inch: 25.4,
  inches: 25.4,
  '"': 25.4,
  um: 0.001,
};

/**
 * Reads a pick-and-place table of KiCad (.pos, .csv), Altium, Eagle, EasyEDA/JLCPCB and their like. Undefined rows: this
 * is no such table. Problems: `centroid_row` (cannot be read), `centroid_duplicate`, `centroid_unit` (not said).
 */
export function parseCentroid(text: string, file: string): { rows?: CentroidRow[]; problems: Problem[] } {
  const table = splitTable(text);
  const header = headerRow(table);
  const log = problemLog();
  if (header === undefined) {
    const plain = mountFile(table, file, log);
    return plain ? { rows: plain, problems: log.problems() } : { problems: [] };
  }
  const names = table[header].cells.map((c) => c.replace(/^#+\s*/, ""));
  const column = columnsOf(names);
  const said = statedUnit(text, names[column.x]);
  const kicad = plainName(names[column.x]) === "posx" && plainName(names[column.ref]) === "ref";
  const rows: CentroidRow[] = [];
  let bare = 0;
  for (const { cells, line } of table.slice(header + 1)) {
    if (/^(#|\*|\/\/)/.test(cells[0] ?? "") || cells.length < 3) continue;
    const x = length(cells[column.x] ?? "", said);
    const y = length(cells[column.y] ?? "", said);
    const rotation = Number(
      (cells[column.rotation] ?? "0").replace(/[°\s]|deg(rees)?/gi, "").replace(",", ".") || 0,
    );
    const ref = cells[column.ref] ?? "";
    if (ref === "" || !x || !y || !Number.isFinite(rotation)) {
      log.add(
        "warning",
        "centroid_row",
        `line ${line}: cannot read the placement of "${ref.slice(0, 30)}"`,
        "The row is left out. Each row needs a designator, x, y and a rotation.",
        { file, row: line },
      );
      continue;
    }
    if (!x.said && said === undefined) bare++;
    const side = sideOf(column.side < 0 ? "" : (cells[column.side] ?? ""), file);
    rows.push({
      ref,
      x: x.mm,
      y: y.mm,
      // KiCad writes the angle of parts on the bottom as it looks through the board.
      rotation: kicad && side === "bottom" ? 180 - rotation : rotation,
      side,
      value: column.value < 0 ? "" : (cells[column.value] ?? ""),
      footprint: column.footprint < 0 ? "" : (cells[column.footprint] ?? ""),
      line,
    });
  }
  if (bare > 0)
    log.add(
      "info",
      "centroid_unit",
      "the placement file does not say its unit; millimetres are taken",
      "Export it in millimetres, or with the unit in the header.",
      { file },
    );
  return { rows: withoutDuplicates(rows, file, log), problems: log.problems() };
}

type Columns = Readonly<Record<"ref" | "x" | "y" | "rotation" | "side" | "value" | "footprint", number>>;

function columnsOf(names: readonly string[]): Columns {
  return {
    ref: columnOf(names, REF),
    x: columnOf(names, X),
    y: columnOf(names, Y),
    rotation: columnOf(names, TURN),
    side: columnOf(names, SIDE),
    value: columnOf(names, VALUE),
    footprint: columnOf(names, FOOTPRINT),
  };
}

/** The first row that names designator, x and y. */
function headerRow(table: Rows): number | undefined {
  for (let i = 0; i < Math.min(table.length, 60); i++) {
    const names = table[i].cells.map((c) => c.replace(/^#+\s*/, ""));
    // KiCad's .pos writes "# Ref": the sign may be a word of its own.
    if (names[0] === "") names.shift();
    const column = columnsOf(names);
    if (column.ref >= 0 && column.x >= 0 && column.y >= 0) {
      if (table[i].cells[0] === "#") (table[i].cells as string[]).shift();
      return i;
    }
  }
  return undefined;
}

/** Eagle's .mnt/.mnb: `R1 10.00 20.00 90 10k 0603`, without a header; the ending tells the side. */
function mountFile(table: Rows, file: string, log: ProblemLog): CentroidRow[] | undefined {
  if (!/\.mn[tb]$/i.test(file)) return undefined;
  const rows = table.flatMap(({ cells, line }): CentroidRow[] => {
    const [ref = "", x, y, turn, ...rest] = cells;
    const numbers = [x, y, turn].map(Number);
    if (cells.length < 4 || numbers.some((n) => !Number.isFinite(n))) return [];
    const side = /\.mnb$/i.test(file) ? "bottom" : "top";
    const [mmX, mmY, rotation] = numbers;
    return [{ ref, x: mmX, y: mmY, rotation, side, value: rest[0] ?? "", footprint: rest[1] ?? "", line }];
  });
  return rows.length > 0 ? withoutDuplicates(rows, file, log) : undefined;
}

/** The unit named in the column's header or in the lines above it ("Units used: mil", "## Unit = mm"). */
function statedUnit(text: string, header = ""): number | undefined {
  const inHeader = /[([]\s*(mm|mils?|inch(?:es)?|in|um)\s*[)\]]|[-_ ](mm|mils?|inch)$/i.exec(header);
  const found =
    inHeader?.[1] ??
    inHeader?.[2] ??
    /units?(?:\s+used)?\s*[:=]\s*"?(mm|mils?|inch(?:es)?|in|um)\b/i.exec(text.slice(0, 4000))?.[1];
  return found === undefined ? undefined : UNITS[found.toLowerCase()];
}

function length(cell: string, unit: number | undefined): { mm: number; said: boolean } | undefined {
  const found = /^([+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d+)?)\s*([a-z"]*)$/i.exec(cell.trim());
  if (!found) return undefined;
  const own = UNITS[found[2].toLowerCase()];
  if (found[2] !== "" && own === undefined) return undefined;
  const mm = Number(found[1].replace(",", ".")) * (own ?? unit ?? 1);
  return Math.abs(mm) < 5000 ? { mm, said: own !== undefined } : undefined;
}

/** `TopLayer`, `T`, `F.Cu`, `top`; Allegro's mirror column says YES for the bottom. Without a column: the file's name. */
function sideOf(cell: string, file: string): "top" | "bottom" {
  if (cell !== "") return /^(b|yes|back|m$|mirror)/i.test(cell.trim()) ? "bottom" : "top";
  return /bottom|[-_.]bot[-_.]|[-_.]back[-_.]/i.test(file.split(/[\\/]/).pop() ?? "") ? "bottom" : "top";
}

function withoutDuplicates(rows: readonly CentroidRow[], file: string, log: ProblemLog): CentroidRow[] {
  const seen = new Map<string, CentroidRow>();
  for (const row of rows) {
    const first = seen.get(row.ref);
    if (!first) seen.set(row.ref, row);
    else
      log.add(
        "warning",
        "centroid_duplicate",
        `"${row.ref}" is placed twice, in line ${first.line} and line ${row.line}; the first counts`,
        "Give each component one row. In a panel, import a single board.",
        { file, row: row.line },
      );
  }
  return [...seen.values()];
}
