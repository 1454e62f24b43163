import type { PairRow } from "../dataset/row.js";
import { dataError } from "../kit/errors.js";
import type { Inference } from "../metric/index.js";

/** Scores that belong to other rows would blame the wrong images (trap T25). */
export function checkOrder(o: { inferenceCsv: string; rows: readonly PairRow[] }, data: Inference): void {
  const { header } = data.rows;
  const columns = [
    [header.indexOf("object_name"), (r: PairRow) => r.objectName],
    [header.indexOf("input_path"), (r: PairRow) => r.inputPath],
  ] as const;
  const bad = (row: number, what: string) =>
    dataError(
      "rows_out_of_order",
      `${o.inferenceCsv} does not list the same rows as the KPI table: ${what}`,
      "Score the KPI table again.",
      { file: o.inferenceCsv, row },
    );
  if (data.scores.length !== o.rows.length)
    throw bad(1, `${data.scores.length} rows against ${o.rows.length}`);
  for (let i = 0; i < o.rows.length; i++) {
    for (const [at, read] of columns) {
      if (at < 0) continue;
      const found = data.rows.cell(i, at);
      const wanted = read(o.rows[i]);
      if (found !== wanted && trimSlash(found) !== trimSlash(wanted))
        throw bad(data.rows.line(i), `"${found}" against "${wanted}"`);
    }
  }
}

function trimSlash(text: string): string {
  return text.trim().replace(/\/+$/, "");
}
