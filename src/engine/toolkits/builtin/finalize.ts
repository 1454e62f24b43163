import path from "node:path";
import { score } from "../../../changenet/index.js";
import { hashFile, writeFileAtomic, writeJsonAtomic } from "../../../kit/index.js";
import { judgeRelease, parseClaim, readInference } from "../../../metric/index.js";
import { gateBundle, makeBundle, openBundle } from "../../bundle/index.js";
import type { FinalizeInput } from "../../stages.js";
import type { StageContext, StageFunction } from "../../toolkit.js";
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
