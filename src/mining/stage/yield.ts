import type { Problem } from "../../kit/index.js";

/** Mining of an iteration against the one before, like with like (trap T35). */
export type Yield = Readonly<{
  previousKept: number;
  previousMined: number;
  kept: number;
  mined: number;
  /** Upstream's ratio: candidates before the history filter against samples after it. */
  keptToPreviousMined: number | null;
  keptRatio: number | null;
  minedRatio: number | null;
}>;

const WORST = 0.5;

/** Compares two iterations and warns when the pool runs dry (contract 8.6): kept < 0.5 × previously mined. */
export function monitorYield(
  now: { kept: number; mined: number },
  before: { iteration: number; kept: number; mined: number } | undefined,
): { yield: Yield | null; warnings: Problem[] } {
  if (!before) return { yield: null, warnings: [] };
  const ratio = (a: number, b: number) => (b === 0 ? null : a / b);
  const result: Yield = {
    previousKept: before.kept,
    previousMined: before.mined,
    kept: now.kept,
    mined: now.mined,
    keptToPreviousMined: ratio(now.kept, before.mined),
    keptRatio: ratio(now.kept, before.kept),
    minedRatio: ratio(now.mined, before.mined),
  };
  const upstream = now.kept < WORST * before.mined;
  const fair = now.mined < WORST * before.mined;
  if (!upstream && !fair) return { yield: result, warnings: [] };
  const drop = (a: number, b: number) => `${Math.round((1 - a / b) * 100)}%`;
  const parts = [
    upstream && `${before.mined} mined → ${now.kept} kept (drop ${drop(now.kept, before.mined)})`,
    fair && `${before.mined} mined → ${now.mined} mined (drop ${drop(now.mined, before.mined)})`,
  ].filter(Boolean);
  const message = `mining yield fell against iteration ${before.iteration}: ${parts.join("; ")}; pool near exhaustion`;
  return {
    yield: result,
    warnings: [
      {
        code: "mining_yield_low",
        severity: "warning",
        message,
        hint: "Add new production samples to the pool, or raise topn.",
      },
    ],
  };
}
