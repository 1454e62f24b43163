import type { MetricContract } from "./contract.js";
import { operatingPoint } from "./operating-point.js";
import { recallTarget } from "./parse.js";
import type { Sweep } from "./sweep.js";

/** The content of metric_result.json for the builtin evaluator, in upstream's key order. */
export type FarResult = Readonly<{
  name: "far_pct";
  value: number;
  unit: "%";
  threshold: number;
  constraints: Readonly<{ recall_pct: number }>;
  diagnostics: Readonly<Record<string, number | string | null>>;
}>;

/**
 * FAR in percent at the contract's recall (contract 4.6). At 100 % these are upstream's fields and numbers exactly.
 * Below 100 % the builtin evaluator of upstream still reports the 100 % point (trap T11); ours measures the point
 * that was asked for, and says so in `diagnostics`.
 */
export function farResult(s: Sweep, contract?: MetricContract): FarResult {
  const target = contract ? recallTarget(contract) : 1;
  const p = operatingPoint(s, target);
  // 0.57 · 100 is 56.99…: a recall that meets its target must not miss it by the rounding of a percentage.
  const targetPct = target * 100;
  const measured = p.recall * 100;
  const recall_pct = measured < targetPct && targetPct - measured < 1e-9 ? targetPct : measured;
  const full = target < 1 ? operatingPoint(s, 1) : undefined;
  return {
    name: "far_pct",
    value: p.far * 100,
    unit: "%",
    threshold: p.threshold,
    constraints: { recall_pct },
    diagnostics: {
      recall_pct: p.recall * 100,
      precision: orNull(p.precision),
      f1: orNull(p.f1),
      ...(full
        ? {
            recall_target_pct: targetPct,
            rule: "lowest FAR among thresholds whose recall meets the target",
            far_pct_at_recall_100: full.far * 100,
            threshold_at_recall_100: full.threshold,
          }
        : {}),
    },
  };
}

function orNull(x: number): number | null {
  return Number.isNaN(x) ? null : x;
}
