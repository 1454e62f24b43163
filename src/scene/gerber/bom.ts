import type { Problem } from "../../kit/errors.js";
import { problemLog } from "../board/problem-log.js";
import { columnOf, splitTable } from "./tables.js";

export type BomEntry = Readonly<{ value: string; footprint: string; absent: boolean; line: number }>;

const REFS = [
  "designator",
  "designators",
  "references",
  "reference",
  "referencedesignator",
  "referencedesignators",
  "refdes",
  "refs",
  "ref",
  "parts",
  "partreferences",
  "location",
  "locations",
  "part",
];
const VALUE = [
  "value",
  "val",
  "comment",
  "designation",
  "partvalue",
  "name",
  "mpn",
  "manufacturerpartnumber",
  "manufacturerpart",
  "partnumber",
  "description",
];
const FOOTPRINT = [
  "footprint",
  "package",
  "pattern",
  "packagecase",
  "case",
  "packagefootprint",
  "pcbfootprint",
];
const ABSENT = [
  "dnp",
  "dni",
  "dnf",
  "donotpopulate",
  "donotplace",
  "populate",
  "fitted",
  "mount",
  "assembly",
];

const MOST_IN_RANGE = 2000;

/**
 * Reads a bill of materials by designator. Undefined entries: this is no bill. Problems: `bom_duplicate` (listed twice
 * with another value).
 */
export function parseBom(
  text: string,
  file: string,
): { entries?: Map<string, BomEntry>; problems: Problem[] } {
  const table = splitTable(text);
  const log = problemLog();
  let header = -1;
  let refs = -1;
  for (let i = 0; i < Math.min(table.length, 40); i++) {
    refs = columnOf(table[i].cells, REFS);
    const others = [VALUE, FOOTPRINT, ["quantity", "qty"]].filter(
      (n) => columnOf(table[i].cells, n) >= 0,
    ).length;
    if (refs >= 0 && others >= 1 && table[i].cells.length >= 2) {
      header = i;
      break;
    }
  }
  if (header < 0) return { problems: [] };
  const names = table[header].cells;
  const value = columnOf(names, VALUE);
  const footprint = columnOf(names, FOOTPRINT);
  const absent = columnOf(names, ABSENT);
  const positive = absent >= 0 && /^(populate|fitted|mount)/i.test(names[absent]);
  const entries = new Map<string, BomEntry>();
  for (const { cells, line } of table.slice(header + 1)) {
    const entry: BomEntry = {
      value: value < 0 ? "" : (cells[value] ?? ""),
      footprint: footprint < 0 ? "" : (cells[footprint] ?? "").replace(/^.*:/, ""),
      absent: absent >= 0 && isAbsent(cells[absent] ?? "", positive),
      line,
    };
    for (const ref of designators(cells[refs] ?? "")) {
      const first = entries.get(ref);
      if (!first) entries.set(ref, entry);
      else if (first.value !== entry.value || first.footprint !== entry.footprint)
        log.add(
          "warning",
          "bom_duplicate",
          `"${ref}" is listed in line ${first.line} and, differently, in line ${line}; the first counts`,
          "List each designator once.",
          { file, row: line },
        );
    }
  }
  return entries.size > 0 ? { entries, problems: log.problems() } : { problems: [] };
}

function isAbsent(cell: string, positive: boolean): boolean {
  const yes = /^(1|y|yes|true|x|dnp|dni|dnf|do not \w+|no ?fit|not fitted|nopop)$/i.test(cell.trim());
  const no = /^(0|n|no|false|dnp|dni|dnf|do not \w+|not fitted)$/i.test(cell.trim());
  return positive ? no : yes;
}

/** "R1, R2 R5-R9" → R1, R2, R5, …, R9. */
export function designators(text: string): string[] {
  return text
    .replace(/\s*(-|–|\.\.+|~|:)\s*(?=[A-Za-z]*\d)/g, "-")
    .split(/[,;\s]+/)
    .filter((w) => w !== "")
    .flatMap((word) => {
      const range = /^([A-Za-z_]+)(\d{1,6})-(?:([A-Za-z_]+))?(\d{1,6})$/.exec(word);
      if (!range || (range[3] !== undefined && range[3] !== range[1])) return [word];
      const [from, to] = [Number(range[2]), Number(range[4])];
      if (to < from || to - from > MOST_IN_RANGE) return [word];
      return Array.from({ length: to - from + 1 }, (_, i) => `${range[1]}${from + i}`);
    });
}
