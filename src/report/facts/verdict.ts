import { type ClaimVerdict, judgeClaim, parseClaim } from "../../metric/claim.js";
import type { LabelRun, Run } from "../read/run.js";
import type { Metric } from "../read/state.js";

export type VerdictKind = "met" | "gap" | "unproven" | "hard_stop" | "in_progress" | "no_evaluation";

/** The answer of the run. `status` is the wording of contract 11.3; `headline` is for people. */
export type Verdict = Readonly<{
  kind: VerdictKind;
  status: string;
  headline: string;
  claim: ClaimVerdict | undefined;
}>;

/** @param claimText the requested claim (`escape<=1%@95%`), judged on the best label at its threshold */
export function verdictOf(run: Run, claimText: string | undefined): Verdict {
  const { state, best } = run;
  const measured = best?.state.measured;
  const claim = claimOf(best, claimText);
  if (state.status === "failed")
    return {
      kind: "hard_stop",
      status: "RUN ENDED AT A HARD STOP",
      headline: "The run ended at a hard stop",
      claim,
    };
  if (!measured)
    return state.status === "complete"
      ? { kind: "no_evaluation", status: "NO EVALUATION", headline: "Nothing was evaluated", claim }
      : { kind: "in_progress", status: "IN PROGRESS", headline: "The run is in progress", claim };
  if (measured.passed) {
    if (claim?.verdict === "not enough defects to claim")
      return {
        kind: "unproven",
        status: "MET",
        headline: "Target met, but not enough defects to claim it",
        claim,
      };
    if (claim?.verdict === "not met")
      return { kind: "gap", status: "MET", headline: "Target met, but the claim is refuted", claim };
    return { kind: "met", status: "MET", headline: "The target is met", claim };
  }
  const status = gapText(measured.value, state.metric) ?? "NO TARGET";
  if (state.status === "in_progress")
    return { kind: "in_progress", status: "IN PROGRESS", headline: `In progress: ${status}`, claim };
  return { kind: "gap", status, headline: status, claim };
}

/** `<gap><unit> from target`, pp for percent (contract 11.3). */
export function gapText(value: number, metric: Metric | undefined): string | undefined {
  if (!metric) return undefined;
  const gap = Math.abs(value - metric.target);
  const digits = gap.toFixed(gap >= 0.1 || gap === 0 ? 2 : 3).replace(/\.?0+$/, "");
  const unit = metric.unit === "%" ? "pp" : metric.unit ? ` ${metric.unit}` : "";
  return `${digits}${unit} from target`;
}

function claimOf(best: LabelRun | undefined, text: string | undefined): ClaimVerdict | undefined {
  const used = best?.kpi?.used;
  if (!text || !used) return undefined;
  try {
    const claim = parseClaim(text);
    return claim.rate === "escape"
      ? judgeClaim(claim, used.escapes, used.defects)
      : judgeClaim(claim, used.falseAlarms, used.pass);
  } catch {
    return undefined;
  }
}
