import type { Problem } from "../kit/errors.js";

/** What was counted on disk along the way from the plan to the training table (contract 7.4). */
export type Counts = Readonly<{
  numSdg: number;
  allocation: ReadonlyMap<string, number>;
  testcase: ReadonlyMap<string, number>;
  resultRows: number;
  reconstructed: readonly string[];
  original: readonly string[];
  blocked: number;
  paired: number;
  skippedUnpaired: number;
  csvRows: number;
}>;

/**
 * The verdict on the chain. `ok`: every count agrees. `shortfall`: fewer samples than planned could be placed or
 * admitted; reported, not fatal. `fatal`: samples vanished without a reason, or nothing came out at all.
 */
export type ChainCheck = Readonly<{
  status: "ok" | "shortfall" | "fatal";
  planned: number;
  produced: number;
  shortfall: Readonly<Record<string, number>>;
  problems: readonly Problem[];
}>;

/** Checks the whole count chain; no link is taken on trust because a plan can never reveal a shortfall (T17). */
export function checkChain(c: Counts): ChainCheck {
  const problems: Problem[] = [];
  const differ = (code: string, message: string): void => {
    problems.push({
      code,
      severity: "error",
      message,
      hint: "Run the stage again into an empty folder; if it happens again, report it.",
    });
  };
  const sum = (counts: ReadonlyMap<string, number>): number =>
    [...counts.values()].reduce((a, b) => a + b, 0);
  const planned = sum(c.allocation);
  const placed = sum(c.testcase);
  const shortfall: Record<string, number> = {};
  if (planned !== c.numSdg)
    differ("amp_allocation_mismatch", `the allocation adds up to ${planned}, ${c.numSdg} were asked for`);
  for (const [type, n] of c.testcase) {
    const plan = c.allocation.get(type);
    if (plan === undefined || n > plan)
      differ("amp_allocation_mismatch", `${n} test cases of "${type}", ${plan ?? 0} were allocated`);
  }
  for (const [type, plan] of c.allocation) {
    const missing = plan - (c.testcase.get(type) ?? 0);
    if (missing > 0) shortfall[type] = missing;
  }
  if (c.resultRows !== placed || c.reconstructed.length !== placed)
    differ(
      "sdg_interrupted",
      `${placed} test cases, ${c.resultRows} result rows, ${c.reconstructed.length} images`,
    );
  const originals = new Set(c.original);
  if (c.original.length !== c.reconstructed.length || c.reconstructed.some((name) => !originals.has(name)))
    differ("silent_drop_pairing", "the names of reconstructed and original images differ");
  const usable = c.resultRows - c.blocked;
  if (c.paired !== usable || c.skippedUnpaired !== 0)
    differ("silent_drop_ingest", `${usable} usable rows, ${c.paired} paired, ${c.skippedUnpaired} skipped`);
  if (c.csvRows !== c.paired) differ("silent_drop_csv", `${c.paired} pairs, ${c.csvRows} rows in the table`);
  if (planned > 0 && placed === 0)
    problems.push({
      code: "sdg_nothing_produced",
      severity: "error",
      message: `none of ${planned} planned samples could be made`,
      hint: "Look at the refusals in provenance.jsonl: no free place, invisible, or copies.",
    });
  if (c.blocked > 0)
    problems.push({
      code: "guardrail_blocked",
      severity: "warning",
      message: `${c.blocked} samples were blocked and are left out`,
      hint: "Nothing to do: blocked images never reach training.",
    });
  const short = Object.entries(shortfall);
  if (short.length > 0 && placed > 0)
    problems.push({
      code: "amp_shortfall",
      severity: "warning",
      message: `${placed} of ${planned} samples: ${short.map(([t, n]) => `${t} -${n}`).join(", ")}`,
      hint: "More defect-free crops, or fewer synthetic samples.",
    });
  const fatal = problems.some((p) => p.severity === "error");
  return {
    status: fatal ? "fatal" : short.length > 0 ? "shortfall" : "ok",
    planned,
    produced: c.csvRows,
    shortfall,
    problems,
  };
}
