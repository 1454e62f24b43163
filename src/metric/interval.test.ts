import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  clopperPearson,
  defectsNeeded,
  incompleteBeta,
  judge,
  judgeClaim,
  judgeRelease,
  lowerBound,
  parseClaim,
  parseMetric,
  upperBound,
} from "./index.js";

// k, n, confidence, two-sided low and high, one-sided upper: SciPy's beta.ppf.
const KNOWN = [
  [0, 37, 0.95, 0.0, 0.09489058741498987, 0.07777471100513791],
  [5, 20, 0.95, 0.08657146910143462, 0.49104587170795744, 0.4555824040017489],
  [10, 100, 0.95, 0.04900468922148596, 0.17622259774002266, 0.16371762327581477],
  [1, 10, 0.95, 0.0025285785444617865, 0.4450161170281954, 0.39416330243650466],
  [3, 400, 0.9, 0.002047258667372271, 0.019269229283088177, 0.016625229696591422],
  [37, 37, 0.95, 0.9051094125850101, 1.0, 1.0],
  [120, 1000, 0.99, 0.0948980509653902, 0.1488010840805138, 0.14592937569699516],
  [2, 3, 0.8, 0.1958001056590917, 0.9654893846056297, 0.9283177667225558],
  [5000, 1000000, 0.95, 0.004862691820452957, 0.005140187265579256, 0.0051175840516408605],
  [250000, 500000, 0.95, 0.49861309953633187, 0.5013869004636682, 0.5011640849944693],
  [7, 2995, 0.95, 0.0009401873928270619, 0.0048096188167188044, 0.004385516135961371],
  [12, 13, 0.999, 0.4481325366694006, 0.999961529582953, 0.9999230413973433],
] as const;

describe("Clopper–Pearson", () => {
  test.each(KNOWN)("%i of %i at %f", (k, n, confidence, low, high, upper) => {
    const got = clopperPearson(k, n, confidence);
    expect(got.low).toBeCloseTo(low, 9);
    expect(got.high).toBeCloseTo(high, 9);
    expect(upperBound(k, n, confidence)).toBeCloseTo(upper, 9);
  });

  test("0 of 37 leaves 7.8 % one-sided, 9.5 % two-sided", () => {
    expect(upperBound(0, 37)).toBeCloseTo(0.0778, 4);
    expect(clopperPearson(0, 37).high).toBeCloseTo(0.0949, 4);
    expect(clopperPearson(0, 0)).toEqual({ low: 0, high: 1 });
  });

  test("leaves exactly the tail outside (direct binomial sums)", () => {
    const tailBelow = (k: number, n: number, p: number) => {
      let logTerm = n * Math.log1p(-p);
      let sum = Math.exp(logTerm);
      for (let i = 0; i < k; i++) {
        logTerm += Math.log(((n - i) / (i + 1)) * (p / (1 - p)));
        sum += Math.exp(logTerm);
      }
      return sum;
    };
    const kn = fc
      .integer({ min: 1, max: 120 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n - 1 }), fc.constant(n)));
    fc.assert(
      fc.property(kn, fc.constantFrom(0.8, 0.95, 0.99), ([k, n], confidence) => {
        expect(tailBelow(k, n, upperBound(k, n, confidence))).toBeCloseTo(1 - confidence, 8);
        // k of n events are n − k of n non-events.
        expect(lowerBound(n - k, n, confidence)).toBeCloseTo(1 - upperBound(k, n, confidence), 10);
      }),
    );
  });

  test("incomplete beta: symmetry and closed forms", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0.5, max: 500, noNaN: true }),
        fc.double({ min: 0.5, max: 500, noNaN: true }),
        (x, a, b) => {
          expect(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a)).toBeCloseTo(1, 10);
          expect(incompleteBeta(x, a, 1)).toBeCloseTo(x ** a, 10);
        },
      ),
    );
  });

  test("refuses impossible counts", () => {
    for (const bad of [() => clopperPearson(3, 2), () => clopperPearson(0.5, 2), () => upperBound(1, 2, 1)])
      expect(bad).toThrow(expect.objectContaining({ code: "interval_arguments" }));
  });
});

describe("claims", () => {
  test("parses its grammar and refuses the rest", () => {
    expect(parseClaim("escape<=1%@95%")).toMatchObject({ rate: "escape", limit: 0.01, confidence: 0.95 });
    expect(parseClaim(" FAR <= 0.5 % @ 99% ")).toMatchObject({ rate: "far", limit: 0.005, confidence: 0.99 });
    for (const bad of [
      "escape<=1%",
      "escape>=1%@95%",
      "escape<=0%@95%",
      "escape<=1%@100%",
      "x<=1%@95%",
      "escape<=1@95",
      "",
    ])
      expect(() => parseClaim(bad)).toThrow(expect.objectContaining({ code: "claim_text" }));
  });

  test.each([
    ["escape<=1%@95%", 299],
    ["escape<=0.5%@95%", 598],
    ["escape<=0.1%@95%", 2995],
    ["escape<=10%@90%", 22],
  ])("%s needs %i defects without an escape", (text, n) => {
    const claim = parseClaim(text);
    expect(defectsNeeded(claim)).toBe(n);
    expect(judgeClaim(claim, 0, n).verdict).toBe("met");
    expect(judgeClaim(claim, 0, n - 1).verdict).toBe("not enough defects to claim");
  });

  test("with escapes: the number needed is the first that supports it", () => {
    const claim = parseClaim("escape<=1%@95%");
    const n = defectsNeeded(claim, 2);
    expect(judgeClaim(claim, 2, n).verdict).toBe("met");
    expect(judgeClaim(claim, 2, n - 1).verdict).toBe("not enough defects to claim");
    expect(judgeClaim(claim, 2, 100).verdict).toBe("not met");
    expect(judgeClaim(claim, 0, 0)).toMatchObject({ verdict: "not enough defects to claim", bound: 1 });
  });

  test("the gate joins the comparison and the claim", () => {
    const claim = parseClaim("escape<=1%@95%");
    const counts = { tp: 37, fn: 0, fp: 1, tn: 99 };
    expect(judge({ counts, passed: true }).verdict).toBe("met");
    expect(judge({ counts, passed: true }).escapeBound).toBeCloseTo(0.0778, 4);
    expect(judge({ counts, passed: true, claim })).toMatchObject({
      verdict: "not enough defects to claim",
      passed: true,
      claim: { needed: 299 },
    });
    expect(judge({ counts, passed: false, claim }).verdict).toBe("not met");
  });

  test("a release set is judged at the fixed threshold", () => {
    const contract = parseMetric("FAR < 50% at Recall=100%");
    const o = { scores: [0.1, 0.6, 0.7, 0.4], ng: [0, 0, 1, 1], contract };
    expect(judgeRelease({ ...o, threshold: 0.3 })).toMatchObject({ passed: false, verdict: "not met" });
    expect(judgeRelease({ ...o, threshold: 0.5 }).point).toMatchObject({ recall: 0.5, far: 0.5 });
    expect(judgeRelease({ ...o, scores: [0.1, 0.2, 0.7, 0.4], threshold: 0.3 }).verdict).toBe("met");
  });
});
