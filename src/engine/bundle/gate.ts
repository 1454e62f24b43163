import type { PairRow } from "../../dataset/index.js";
import { type Emit, ReflowError } from "../../kit/index.js";
import { openBundle } from "./files.js";
import { goldenRows } from "./golden.js";
import { scoreWith } from "./infer.js";

/** Largest difference of a score that still counts as the same model. */
export const SCORE_TOLERANCE = 1e-5;

export type GateResult = Readonly<{
  rows: number;
  max_score_difference: number;
  changed_verdicts: number;
  golden_pairs: number;
  golden_max_difference: number;
}>;

/**
 * Scores the evaluated rows again with the bundle as a user would and compares with what was evaluated. Throws
 * `bundle_does_not_reproduce` when a score moves by more than 1e-5 or any verdict changes.
 */
export async function gateBundle(o: {
  dir: string;
  rows: readonly PairRow[];
  scores: ArrayLike<number>;
  threshold: number | null;
  workers: number;
  emit: Emit;
  signal: AbortSignal;
}): Promise<GateResult> {
  const bundle = await openBundle(o.dir);
  const scored = await scoreWith(bundle, o.rows, o);
  const cut = bundle.thresholds.decision_threshold;
  let worst = 0;
  let changed = 0;
  for (let i = 0; i < scored.length; i++) {
    const before = o.scores[i] as number;
    const now = scored[i] as number;
    worst = Math.max(worst, Math.abs(now - before));
    if (o.threshold !== null && cut !== null && before > o.threshold !== now > cut) changed++;
  }
  const pairs = bundle.golden.pairs;
  const again = await scoreWith(bundle, goldenRows(o.dir, bundle.golden), o);
  const goldenWorst = pairs.reduce(
    (most, p, i) => Math.max(most, Math.abs(p.score - (again[i] as number))),
    0,
  );
  const result = {
    rows: scored.length,
    max_score_difference: worst,
    changed_verdicts: changed,
    golden_pairs: pairs.length,
    golden_max_difference: goldenWorst,
  };
  if (!(worst <= SCORE_TOLERANCE && goldenWorst <= SCORE_TOLERANCE) || changed > 0)
    throw new ReflowError(
      "stage",
      "bundle_does_not_reproduce",
      `the bundle is not the evaluated model: scores differ by up to ${Math.max(worst, goldenWorst)}, ${changed} verdicts change`,
      "Images or checkpoint changed during the run. Start a new run.",
      { where: { file: o.dir } },
    );
  return result;
}
