import type { Problem } from "../../kit/index.js";
import type { PoolTable } from "../pool/read.js";
import type { Target } from "./targets.js";

/**
 * What can be said before anything is embedded (contract 8.6): target labels without pool rows of that label, and
 * pool rows that cannot be used if they are mined. Warnings; mining goes on.
 */
export function precheck(targets: readonly Target[], pool: PoolTable): Problem[] {
  const inPool = new Set(pool.rows.map((row) => row.label.toLowerCase()));
  const missing = [...new Set(targets.map((t) => t.label))].filter((l) => !inPool.has(l.toLowerCase()));
  const orphans = pool.rows.filter((row) => row.ng === 1 && !row.hasGolden);
  const problems: Problem[] = [];
  if (missing.length > 0)
    problems.push({
      code: "pool_lacks_label",
      severity: "warning",
      message: `the mining pool has no row labelled ${missing.join(", ")}`,
      hint: "Add production samples of these labels, or rely on synthetic images for them.",
      where: { file: pool.file },
    });
  const first = orphans[0];
  if (first)
    problems.push({
      code: "pool_golden_missing",
      severity: "warning",
      message: `${orphans.length} defect row(s) of the mining pool name no golden image`,
      hint: "Fill in golden_path: the run stops if such a row is mined.",
      where: { file: pool.file, row: first.line },
    });
  return problems;
}
