import { formatCsv, writeFileAtomic } from "../../kit/index.js";
import type { NewRow } from "./inputs.js";
import type { LeakPair, LeakRole } from "./leaks.js";
import { rowKey } from "./table.js";

export type RefusalReason = "duplicate_row" | "leak_validation" | "leak_kpi" | "leak_release";

/** A new row that does not enter the training set, and why. */
export type Refusal = Readonly<{ row: NewRow; reason: RefusalReason; detail: string }>;

/** Drops new rows that repeat an inherited row or an earlier new one. Inherited rows are never touched. */
export function withoutDuplicates(
  rows: readonly NewRow[],
  inherited: readonly Readonly<Record<string, string>>[],
): { kept: NewRow[]; refused: Refusal[] } {
  const known = new Map(
    inherited.map((row, i) => [rowKey(row), `row ${i + 1} of the previous training set`]),
  );
  const kept: NewRow[] = [];
  const refused: Refusal[] = [];
  rows.forEach((row, i) => {
    const key = rowKey(row.cells);
    const earlier = known.get(key);
    if (earlier === undefined) {
      known.set(key, `new row ${i + 1}`);
      kept.push(row);
    } else refused.push({ row, reason: "duplicate_row", detail: `repeats ${earlier}` });
  });
  return { kept, refused };
}

const MEASURES: Readonly<Record<Exclude<LeakRole, "train">, RefusalReason>> = {
  validation: "leak_validation",
  kpi: "leak_kpi",
  release: "leak_release",
};

/** Splits leaks into those that refusing a new row cures, and those that nothing here can cure. */
export function splitLeaks(
  leaks: readonly LeakPair[],
  rows: readonly NewRow[],
  inheritedCount: number,
): { kept: NewRow[]; refused: Refusal[]; fatal: LeakPair[] } {
  const refused = new Map<number, Refusal>();
  const fatal: LeakPair[] = [];
  for (const leak of leaks) {
    const at = leak.extra.row - inheritedCount;
    const row = rows[at];
    if (leak.extra.role !== "train" || at < 0 || !row || leak.kept.role === "train") {
      fatal.push(leak);
      continue;
    }
    if (refused.has(at)) continue;
    const how = leak.kind === "file" ? "is the same file as" : "shows the same pixels as";
    const detail = `its test image ${how} ${leak.kept.role} row ${leak.kept.row + 1}`;
    refused.set(at, { row, reason: MEASURES[leak.kept.role], detail });
  }
  return { kept: rows.filter((_, i) => !refused.has(i)), refused: [...refused.values()], fatal };
}

/** The rejects list: always written, so that an empty one says that nothing was refused. */
export async function writeRefusals(file: string, refusals: readonly Refusal[]): Promise<void> {
  const header = [
    "reason",
    "detail",
    "producer",
    "input_path",
    "golden_path",
    "label",
    "object_name",
    "origin_file",
    "target_file",
  ];
  await writeFileAtomic(
    file,
    formatCsv(
      header,
      refusals.map(({ row, reason, detail }) => [
        reason,
        detail,
        row.provenance.producer,
        ...["input_path", "golden_path", "label", "object_name"].map((c) => row.cells[c] ?? ""),
        row.provenance.origin_file,
        row.provenance.target_file,
      ]),
    ),
  );
}
