import path from "node:path";
import { score } from "../../../changenet/index.js";
import type { PairRow } from "../../../dataset/index.js";
import { hashFile, writeFileAtomic, writeJsonAtomic } from "../../../kit/index.js";
import { judgeRelease, parseClaim, readInference } from "../../../metric/index.js";
import { gateBundle, makeBundle, openBundle } from "../../bundle/index.js";
import type { FinalizeInput } from "../../stages.js";
import type { StageContext, StageFunction } from "../../toolkit.js";
import { lookAtFailures } from "./look-at-failures.js";
import { loadRows, loadSpec } from "./rows.js";

/**
 * The last stage: bundle, gate on the bundle, one look at the release set, and only then the handoff files, so that
 * a model that does not reproduce is never handed off.
 */
export const finalize: StageFunction<"finalize"> = async (input, context) => {
  const spec = await loadSpec(input.spec);
  const { rows } = await loadRows(input.kpiCsv, input.imagesDir, spec);
  const { scores } = await readInference(input.inferenceCsv);
  await makeBundle({
    dir: input.bundleDir,
    checkpoint: input.checkpoint,
    contract: input.contract,
    result: input.result,
    threshold: input.threshold,
    rows,
    scores,
    facts: { iteration: input.label, ...input.facts },
  });
  const gate = await gateBundle({
    dir: input.bundleDir,
    rows,
    scores,
    threshold: input.threshold,
    workers: input.workers,
    emit: context.emit,
    signal: context.signal,
  });
  await writeJsonAtomic(path.join(input.outDir, "gate.json"), gate);
  await analyseBest(input, rows, context);
  if (input.release) await lookAtRelease(input, input.release, context);
  await writeFileAtomic(input.inferenceSpecFile, input.inferenceSpecText);
  await writeJsonAtomic(input.handoffFile, input.handoff);
  return {
    bundle: input.bundleDir,
    bestModelJson: input.handoffFile,
    inferenceSpec: input.inferenceSpecFile,
    maxScoreDifference: gate.max_score_difference,
    changedVerdicts: gate.changed_verdicts,
    rows: gate.rows,
  };
};

/** How many of the weakest rows of each label are looked at (contract 5.1). */
const WEAK_PER_LABEL = 50;

/**
 * What the delivered model still gets wrong, for the report: the loop ends with an evaluation, so the last label has
 * no root-cause analysis of its own. A set without defects has nothing to analyse.
 */
async function analyseBest(
  input: FinalizeInput,
  rows: readonly PairRow[],
  context: StageContext,
): Promise<void> {
  if (!rows.some((row) => row.ng === 1)) return;
  const { checkpoint, inferenceCsv, workers } = input;
  const outDir = path.join(input.outDir, "rca");
  await lookAtFailures({ checkpoint, inferenceCsv, rows, outDir, topK: WEAK_PER_LABEL, workers }, context);
}

/** The release set had no part in any choice: the threshold is fixed, and every look at it is written down. */
async function lookAtRelease(
  input: FinalizeInput,
  release: NonNullable<FinalizeInput["release"]>,
  { emit, signal }: StageContext,
): Promise<void> {
  const bundle = await openBundle(input.bundleDir);
  const cut = bundle.thresholds.decision_threshold;
  const { rows } = await loadRows(release.csv, input.imagesDir, bundle);
  const scores = await score({ checkpoint: bundle.model, rows, workers: input.workers, emit, signal });
  const judged =
    cut === null
      ? null
      : judgeRelease({
          scores,
          ng: rows.map((r) => r.ng),
          threshold: cut,
          contract: input.contract,
          ...(input.claim ? { claim: parseClaim(input.claim) } : {}),
        });
  await writeJsonAtomic(release.log, {
    csv: release.csv,
    sha256: await hashFile(release.csv),
    rows: rows.length,
    looks: release.looksBefore + 1,
    threshold: cut,
    result: judged,
  });
}
