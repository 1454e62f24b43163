import path from "node:path";
import { normaliseLabel, OPTIONAL_COLUMNS, REQUIRED_COLUMNS, TABLE_PATHS } from "../../dataset/index.js";
import { formatCsv } from "../../kit/csv.js";
import { dataError } from "../../kit/errors.js";
import { writeFileAtomic } from "../../kit/files.js";
import { seeded } from "../../kit/random.js";

const HEADER = [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS];

/** One row of a table; paths below `images/`. Rows of one `group` show the same thing and stay together. */
export type WorkspaceRow = Readonly<{
  test: string;
  golden: string;
  object: string;
  label: string;
  group: string;
  board: string;
  component: string;
  type: string;
}>;

const SHARES = [
  ["train", 0.5],
  ["validation", 0.15],
  ["kpi", 0.2],
  ["pool", 0.15],
] as const;

export type TableName = (typeof SHARES)[number][0];

/**
 * Deals rows out to the four tables: groups stay whole, each label is spread over all of them. Throws
 * `workspace_one_class` when a table would lack PASS or defects, which nothing can be learnt or measured from.
 */
export function dealRows(
  rows: readonly WorkspaceRow[],
  seed: number,
): Readonly<Record<TableName, readonly WorkspaceRow[]>> {
  const groups = new Map<string, WorkspaceRow[]>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  const strata = new Map<string, string[]>();
  for (const [name, list] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const label = list.find((row) => row.label !== "PASS")?.label ?? "PASS";
    strata.set(label, [...(strata.get(label) ?? []), name]);
  }
  const tables: Record<TableName, WorkspaceRow[]> = { train: [], validation: [], kpi: [], pool: [] };
  for (const [label, names] of [...strata].sort(([a], [b]) => (a < b ? -1 : 1)))
    seeded(seed)
      .fork("workspace", label)
      .shuffle(names)
      .forEach((name, i) => {
        tables[tableAt((i + 0.5) / names.length)].push(...(groups.get(name) as WorkspaceRow[]));
      });
  for (const name of ["train", "validation", "kpi"] as const) {
    const ng = tables[name].filter((row) => row.label !== "PASS").length;
    if (ng === 0 || ng === tables[name].length)
      throw dataError(
        "workspace_one_class",
        `${rows.length} pairs are too few: the ${name} table would have ${ng === 0 ? "no defect" : "no PASS row"}`,
        "Make more: a larger render_patches or num_sdg.",
      );
  }
  return tables;
}

/** Writes the tables of a workspace. Returns the rows of each. */
export async function writeTables(
  root: string,
  tables: Readonly<Record<TableName, readonly WorkspaceRow[]>>,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const [name] of SHARES) {
    await writeFileAtomic(path.join(root, TABLE_PATHS[name]), formatCsv(HEADER, tables[name].map(cells)));
    counts[name] = tables[name].length;
  }
  return counts;
}

function cells(row: WorkspaceRow): readonly string[] {
  const known: Partial<Record<(typeof HEADER)[number], string>> = {
    input_path: row.test,
    golden_path: row.golden,
    label: normaliseLabel(row.label),
    object_name: row.object,
    project: "reflow-cold-start",
    boardname: row.board,
    comp_name: row.component,
    comp_type_1: row.type,
  };
  return HEADER.map((name) => known[name] ?? "");
}

function tableAt(share: number): TableName {
  let sum = 0;
  for (const [name, part] of SHARES) {
    sum += part;
    if (share < sum) return name;
  }
  return "pool";
}
