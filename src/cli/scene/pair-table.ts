import path from "node:path";
import { normaliseLabel, OPTIONAL_COLUMNS, REQUIRED_COLUMNS, TABLE_PATHS } from "../../dataset/index.js";
import { formatCsv } from "../../kit/csv.js";
import type { Problem } from "../../kit/errors.js";
import { writeFileAtomic } from "../../kit/files.js";
import { type Pair, splitPairs } from "../../scene/pair/index.js";
import { plural } from "../output.js";

const HEADER = [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS];

/** One table row a pair, all its lightings together (deft contract 1.2); paths are relative to the images folder. */
export function pairRow(pair: Pair, board: string): readonly string[] {
  const cells: Partial<Record<(typeof HEADER)[number], string>> = {
    input_path: pair.test,
    golden_path: "golden",
    label: normaliseLabel(pair.label),
    object_name: pair.object,
    boardname: board,
    comp_name: pair.component?.split("/").at(-1) ?? "",
    comp_type_1: pair.component?.split("/").at(-2) ?? "",
  };
  return HEADER.map((name) => cells[name] ?? "");
}

/** Writes all pairs as one table. Returns its name and rows. */
export async function writePairTable(
  file: string,
  pairs: readonly Pair[],
  board: string,
): Promise<Readonly<Record<string, number>>> {
  await writeFileAtomic(
    file,
    formatCsv(
      HEADER,
      pairs.map((p) => pairRow(p, board)),
    ),
  );
  return { [path.basename(file)]: pairs.length };
}

/**
 * Writes the tables of a workspace whose `images/` holds the pairs. Returns the rows of each, and as a problem every
 * table that lacks good or defective rows: `reflow doctor` would refuse it.
 */
export async function writePairWorkspace(
  root: string,
  pairs: readonly Pair[],
  o: Readonly<{ board: string; seed: number }>,
): Promise<Readonly<{ rows: Readonly<Record<string, number>>; problems: readonly Problem[] }>> {
  const split = splitPairs(pairs, o.seed);
  const rows: Record<string, number> = {};
  const problems: Problem[] = [];
  for (const role of ["train", "validation", "kpi"] as const) {
    await writePairTable(path.join(root, TABLE_PATHS[role]), split[role], o.board);
    rows[TABLE_PATHS[role]] = split[role].length;
    const file = path.join(root, TABLE_PATHS[role]);
    const pass = split[role].filter((pair) => pair.label === "PASS").length;
    if (pass === 0 || pass === split[role].length)
      problems.push(oneSided(file, TABLE_PATHS[role], pass, split[role].length - pass));
  }
  return { rows, problems };
}

function oneSided(file: string, name: string, pass: number, defects: number): Problem {
  return {
    code: "table_one_sided",
    severity: "error",
    message: `${name} has ${plural(pass, "PASS row")} and ${plural(defects, "defect row")}: a workspace needs both in each table`,
    hint:
      "Render more cells (--patches) of both renders and pair again into a new folder" +
      `${pass === 0 ? "; for good rows raise --pass, or name a second good render by --pass-from" : ""}.`,
    where: { file },
  };
}
