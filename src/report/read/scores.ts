import { number } from "./json.js";
import { readSmallTable, type SmallTable } from "./table.js";

/** One scored KPI row. `index` is its position in inference.csv. */
export type ScoredRow = Readonly<{
  index: number;
  label: string;
  ng: 0 | 1;
  score: number;
  inputPath: string;
  goldenPath: string;
  objectName: string;
  board: string;
  component: string;
}>;

/** All rows of an inference.csv that have a score. */
export type Scores = Readonly<{
  rows: readonly ScoredRow[];
  scores: Float64Array;
  ng: Uint8Array;
  pass: number;
  defects: number;
  /** Rows without a usable score. */
  unscored: number;
}>;

/** Reads an inference.csv (contract 4.6: any label other than PASS after trim and upper-case is a defect). */
export async function readScores(
  file: string | undefined,
  broken?: (message: string) => void,
): Promise<Scores | undefined> {
  const table = await readSmallTable(file, broken);
  if (!table) return undefined;
  const missing = ["label", "siamese_score"].filter((name) => table.column(name) < 0);
  if (missing.length > 0) {
    broken?.(`lacks the column ${missing.join(" and ")}`);
    return undefined;
  }
  return toScores(table);
}

function toScores(table: SmallTable): Scores {
  const cell = (name: string) => {
    const at = table.column(name);
    return (row: readonly string[]) => (at < 0 ? "" : (row[at] ?? ""));
  };
  const [label, score, inputPath, goldenPath, objectName, board] = [
    cell("label"),
    cell("siamese_score"),
    cell("input_path"),
    cell("golden_path"),
    cell("object_name"),
    cell("boardname"),
  ] as const;
  const component = cell(table.column("comp_type_2") >= 0 ? "comp_type_2" : "comp_name");
  const rows: ScoredRow[] = [];
  table.rows.forEach((row, index) => {
    const value = number(score(row));
    if (value === undefined) return;
    rows.push({
      index,
      label: label(row).trim(),
      ng: label(row).trim().toUpperCase() === "PASS" ? 0 : 1,
      score: value,
      inputPath: inputPath(row),
      goldenPath: goldenPath(row),
      objectName: objectName(row),
      board: board(row),
      component: component(row),
    });
  });
  const ng = Uint8Array.from(rows, (r) => r.ng);
  const defects = ng.reduce((sum, v) => sum + v, 0);
  return {
    rows,
    scores: Float64Array.from(rows, (r) => r.score),
    ng,
    pass: rows.length - defects,
    defects,
    unscored: table.rows.length - rows.length,
  };
}
