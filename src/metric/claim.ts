import { ReflowError } from "../kit/errors.js";
import { upperBound } from "./interval.js";

/**
 * A statement about the line, not about the sample: "with 95 % confidence the true rate is at most 1 %".
 * `rate`: `escape` counts NG rows called PASS among NG rows; `far` PASS rows called NG among PASS rows.
 */
export type Claim = Readonly<{ rate: "escape" | "far"; limit: number; confidence: number; text: string }>;

/** What the data say of a claim. `bound` is the one-sided exact upper bound at the claim's confidence. */
export type ClaimVerdict = Readonly<{
  claim: Claim;
  verdict: "met" | "not met" | "not enough defects to claim";
  k: number;
  n: number;
  rate: number;
  bound: number;
  /** Rows of the rate's kind that would support the claim with the same number of events. */
  needed: number;
}>;

/**
 * Reads `escape<=1%@95%` (spaces allowed; `far` likewise). The limit lies in (0, 100) %, the confidence in
 * [50, 100) %. Throws `claim_text`.
 */
export function parseClaim(text: string): Claim {
  const m = /^\s*(escape|far)s?\s*<=?\s*(\d*\.?\d+)\s*%\s*@\s*(\d*\.?\d+)\s*%\s*$/i.exec(text);
  const limit = Number(m?.[2]) / 100;
  const confidence = Number(m?.[3]) / 100;
  if (!m || !(limit > 0 && limit < 1) || !(confidence >= 0.5 && confidence < 1))
    throw new ReflowError(
      "usage",
      "claim_text",
      `cannot read the claim ${JSON.stringify(text)}`,
      "Write it like `escape<=1%@95%`: rate, limit in percent, confidence in percent.",
    );
  const rate = m[1]?.toLowerCase() as "escape" | "far";
  return { rate, limit, confidence, text: `${rate}<=${m[2]}%@${m[3]}%` };
}

/**
 * The smallest number of rows that supports the claim when `events` of them go wrong: 299 / 598 / 2,995 defects for
 * 1 / 0.5 / 0.1 % at 95 % without an escape.
 */
export function defectsNeeded(claim: Pick<Claim, "limit" | "confidence">, events = 0): number {
  const { limit, confidence } = claim;
  if (events === 0) return Math.ceil(Math.log1p(-confidence) / Math.log1p(-limit) - 1e-9);
  const supports = (n: number) => upperBound(events, n, confidence) <= limit;
  let high = Math.ceil((events + 1) / limit);
  while (!supports(high)) high *= 2;
  let low = events;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (supports(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * `met` when the upper bound is within the limit; `not met` when the measured rate itself is above it; otherwise the
 * sample is too small to say: `not enough defects to claim`. The bound is always given.
 *
 * The bound also holds for a threshold that was placed on these very NG scores to let k of n escape: the mass below
 * the (k+1)-th smallest of n scores follows the same Beta distribution (an order statistic). It does not cover
 * choosing among models or iterations on the same set: that is what a release set is for.
 */
export function judgeClaim(claim: Claim, k: number, n: number): ClaimVerdict {
  const rate = n === 0 ? Number.NaN : k / n;
  const bound = n === 0 ? 1 : upperBound(k, n, claim.confidence);
  const needed = defectsNeeded(claim, k);
  const verdict =
    bound <= claim.limit ? "met" : n > 0 && rate > claim.limit ? "not met" : "not enough defects to claim";
  return { claim, verdict, k, n, rate, bound, needed };
}
