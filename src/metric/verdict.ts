import { type Claim, type ClaimVerdict, judgeClaim } from "./claim.js";
import type { MetricContract } from "./contract.js";
import { type Rate, rateOf, upperBound } from "./interval.js";
import { failures } from "./result.js";
import { type OperatingPoint, pointAtThreshold } from "./sweep.js";

/** The gate's answer, with the evidence that must stand beside it. */
export type Verdict = Readonly<{
  verdict: "met" | "not met" | "not enough defects to claim";
  /** Did the measured values hold against the contract (this steers the loop); undefined without a contract. */
  passed?: boolean;
  /** Escapes among NG rows and false alarms among PASS rows, with exact two-sided intervals. */
  escape: Rate;
  far: Rate;
  /** One-sided exact upper bound of the escape rate. */
  escapeBound: number;
  confidence: number;
  claim?: ClaimVerdict;
}>;

type Counts = Readonly<Pick<OperatingPoint, "tp" | "fp" | "tn" | "fn">>;

/**
 * Joins the contract's comparison of measured values with a requested claim: a failed comparison or a refuted claim
 * is `not met`; a claim that the number of defects cannot support is `not enough defects to claim`.
 */
export function judge(o: { counts: Counts; passed?: boolean; claim?: Claim }): Verdict {
  const { tp, fp, tn, fn } = o.counts;
  const confidence = o.claim?.confidence ?? 0.95;
  const claim =
    o.claim &&
    (o.claim.rate === "escape" ? judgeClaim(o.claim, fn, tp + fn) : judgeClaim(o.claim, fp, fp + tn));
  return {
    verdict: o.passed === false ? "not met" : (claim?.verdict ?? "met"),
    ...(o.passed === undefined ? {} : { passed: o.passed }),
    escape: rateOf(fn, tp + fn, confidence),
    far: rateOf(fp, fp + tn, confidence),
    escapeBound: tp + fn === 0 ? 1 : upperBound(fn, tp + fn, confidence),
    confidence,
    ...(claim ? { claim } : {}),
  };
}

/**
 * Judges a release set, which had no part in choosing model or threshold, at the fixed threshold of the bundle. Only
 * looked at once; keeping that log is the caller's business.
 */
export function judgeRelease(o: {
  scores: ArrayLike<number>;
  ng: ArrayLike<number>;
  threshold: number;
  contract?: MetricContract;
  claim?: Claim;
}): Verdict & Readonly<{ point: OperatingPoint }> {
  const point = pointAtThreshold(o.scores, o.ng, o.threshold);
  const passed =
    o.contract?.name === "far_pct"
      ? failures(o.contract, {
          value: point.far * 100,
          constraints: { recall_pct: point.recall * 100 },
        }).length === 0
      : undefined;
  return {
    ...judge({
      counts: point,
      ...(passed === undefined ? {} : { passed }),
      ...(o.claim ? { claim: o.claim } : {}),
    }),
    point,
  };
}
