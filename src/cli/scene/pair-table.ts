import path from "node:path";
import { normaliseLabel, OPTIONAL_COLUMNS, REQUIRED_COLUMNS, TABLE_PATHS } from "../../dataset/index.js";
import { formatCsv } from "../../kit/csv.js";
import { writeFileAtomic } from "../../kit/files.js";
import { type Pair, splitPairs } from "../../scene/pair/index.js";

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

/** Writes the tables of a workspace whose `images/` holds the pairs. Returns the rows of each. */
export async function writePairWorkspace(
  root: string,
  pairs: readonly Pair[],
  o: Readonly<{ board: string; seed: number }>,
): Promise<Readonly<Record<string, number>>> {
  const split = splitPairs(pairs, o.seed);
  const rows: Record<string, number> = {};
  for (const role of ["train", "validation", "kpi"] as const) {
    await writePairTable(path.join(root, TABLE_PATHS[role]), split[role], o.board);
    rows[TABLE_PATHS[role]] = split[role].length;
  }
  return rows;
}
