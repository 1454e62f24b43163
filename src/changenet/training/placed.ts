import type { PairRow } from "../../dataset/row.js";

/** With fewer such rows than this, or than this share of the PASS rows, defects count as having no place. */
const LEAST_ROWS = 8;
const LEAST_SHARE = 0.05;

/**
 * PASS rows that show the same component as an NG row: the same golden image. Where many do, defects have a place, and
 * synthetic ones belong there. Undefined when goldens are not shared like that.
 */
export function placedRows(rows: readonly Pick<PairRow, "ng" | "golden">[]): readonly number[] | undefined {
  const key = (row: Pick<PairRow, "golden">) => row.golden.join("\n");
  const failed = new Set(rows.filter((row) => row.ng === 1).map(key));
  const found = rows.flatMap((row, i) => (row.ng === 0 && failed.has(key(row)) ? [i] : []));
  const pass = rows.filter((row) => row.ng === 0).length;
  return found.length < Math.max(LEAST_ROWS, LEAST_SHARE * pass) ? undefined : found;
}
