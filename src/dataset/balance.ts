import { type Claim, defectsNeeded, upperBound } from "../metric/index.js";
import type { Collector } from "./collect.js";
import type { Census } from "./load.js";

/** What the number of defects (or good parts) says of a claim, before anything is trained. */
export type ClaimOutlook = Readonly<{
  claim: string;
  role: "kpi" | "release";
  /** Rows of the kind that the claim is about. */
  have: number;
  /** Rows needed when none of them goes wrong. */
  needed: number;
  possible: boolean;
}>;

/** Batch size that the contract's specs use, where the workspace names none. */
const USUAL_BATCH = 16;

/** Class balance, batch size, defect types and boards over all tables (contract 1.3, 10.3). */
export function checkBalance(
  tables: readonly Census[],
  batchSize: number | undefined,
  found: Collector,
): void {
  const by = (role: Census["role"]) => tables.find((t) => t.role === role);
  for (const t of tables) {
    if (t.usable === 0) continue;
    const where = { file: t.file };
    if (t.role !== "pool" && (t.pass === 0 || t.ng === 0))
      found.add(
        "one_class",
        () =>
          `all ${t.usable} usable rows are ${t.pass === 0 ? "defects" : "PASS"}: ${WHY_BOTH[t.role] ?? ""}`,
        where,
      );
    const batch = batchSize ?? USUAL_BATCH;
    if (t.role !== "pool" && t.usable < batch)
      found.add("too_few_rows", () => `${t.usable} usable rows, the batch size is ${batch}`, where, {
        // Without a spec the default spec fits its batch to the data.
        ...(batchSize === undefined && { severity: "warning" }),
      });
  }
  const [train, pool, kpi] = [by("train"), by("pool"), by("kpi")];
  if (kpi && train && train.usable > 0) checkTypes(kpi, train, pool, found);
  if (train)
    for (const t of tables) if (t.role !== "train" && t.role !== "pool") checkBoards(t, train, found);
}

const WHY_BOTH: Partial<Record<Census["role"], string>> = {
  train: "nothing can be learnt",
  validation: "the best checkpoint cannot be chosen",
  kpi: "recall and false-alarm rate are not defined",
  release: "recall and false-alarm rate are not defined",
};

function checkTypes(kpi: Census, train: Census, pool: Census | undefined, found: Collector): void {
  for (const [type, n] of Object.entries(kpi.defects)) {
    const inTrain = train.defects[type] ?? 0;
    const inPool = pool?.defects[type] ?? 0;
    const of = `"${type}" has ${n} KPI rows`;
    if (inTrain === 0 && inPool > 0)
      found.add("defect_only_in_pool", () => `${of}, none in training, ${inPool} in the pool`, {
        file: train.file,
      });
    else if (inTrain === 0)
      found.add("defect_not_in_train", () => `${of} and none in training${pool ? " or pool" : ""}`, {
        file: train.file,
      });
    if (pool && pool.usable > 0 && inPool === 0)
      found.add("defect_not_in_pool", () => `${of} and none in the pool`, { file: pool.file });
  }
}

function checkBoards(measured: Census, train: Census, found: Collector): void {
  const shared = [...measured.boards].filter((b) => train.boards.has(b));
  if (shared.length === 0) return;
  const names = shared.slice(0, 3).join(", ");
  found.add(
    "board_shared",
    () =>
      `${shared.length} of ${measured.boards.size} boards are also in training: ${names}${shared.length > 3 ? ", …" : ""}`,
    { file: measured.file },
  );
}

/**
 * Whether the release set (else the KPI set) has rows enough for the claim; without a claim, what its defects could
 * prove at best.
 */
export function checkClaim(
  tables: readonly Census[],
  claim: Claim | undefined,
  found: Collector,
): ClaimOutlook | undefined {
  const table =
    tables.find((t) => t.role === "release" && t.usable > 0) ?? tables.find((t) => t.role === "kpi");
  if (!table || (table.role !== "kpi" && table.role !== "release") || table.usable === 0) return undefined;
  const where = { file: table.file };
  if (!claim) {
    if (table.ng > 0)
      found.add(
        "claim_support",
        () =>
          `${table.ng} defects: even without one escape up to ${(100 * upperBound(0, table.ng, 0.95)).toFixed(2)} % may ` +
          "escape (95 % confidence); 299 defects would prove 1 %, 2995 would prove 0.1 %",
        where,
      );
    return undefined;
  }
  const have = claim.rate === "escape" ? table.ng : table.pass;
  const needed = defectsNeeded(claim);
  if (have < needed)
    found.add(
      "too_few_defects",
      () =>
        `${have} ${claim.rate === "escape" ? "defects" : "PASS rows"} in the ${table.role} table, the claim ${claim.text} ` +
        `needs ${needed} without a single ${claim.rate === "escape" ? "escape" : "false alarm"}`,
      where,
      {
        hint: `Add ${needed - have} labelled ${claim.rate === "escape" ? "defects" : "PASS rows"}, or claim less.`,
      },
    );
  return { claim: claim.text, role: table.role, have, needed, possible: have >= needed };
}
