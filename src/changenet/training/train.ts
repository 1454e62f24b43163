import path from "node:path";
import { ReflowError } from "../../kit/errors.js";
import { makeFolder } from "../../kit/folders.js";
import { oneClass } from "../errors.js";
import { type Begun, begin, fingerprintOf } from "./begin.js";
import { clearFolder, clearTemporary } from "./checkpoints.js";
import { prepare, trainEpochs } from "./loop.js";
import { type Plan, planOf, type TrainOptions, type TrainResult } from "./options.js";
import { type Progress, readState, STATE_FILE } from "./state.js";
import { record, STATUS_FILE, writeStatus } from "./status.js";
import { openTeam } from "./team.js";

/**
 * Trains the change network into `outDir` (file names of contract 10.5). A second call with the same arguments
 * continues an interrupted training, or returns at once when it is finished; the bytes of the result are the
 * same either way, and for any number of workers.
 * Throws `one_class`, `no_rows`, `pretrained_mismatch`, `loss_not_finite`, image errors, `interrupted`.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  checkRows(options);
  const fingerprint = await fingerprintOf(options);
  const stateFile = path.join(options.outDir, STATE_FILE);
  await makeFolder(options.outDir);
  const saved = await readState(stateFile, fingerprint);
  await clearTemporary(options.outDir);
  if (!saved) await clearFolder(options.outDir);
  const plan = planOf(options);
  if (saved?.progress.finished) return resultOf(saved.progress, options, plan);
  const begun = await begin(options, fingerprint, saved);
  const team = openTeam(begun.setup, Math.max(1, options.workers));
  try {
    await prepare(team, begun.setup, options);
    const progress = await trainEpochs(team, begun, options, plan);
    return resultOf(progress, options, plan);
  } catch (error) {
    await reportFailure(options, begun, error);
    throw error;
  } finally {
    await team.close();
  }
}

function checkRows({ train, validation }: TrainOptions): void {
  if (!train.some((row) => row.ng === 0)) throw oneClass("training", "PASS");
  if (!train.some((row) => row.ng === 1)) throw oneClass("training", "NG");
  if (validation.length === 0)
    throw new ReflowError(
      "data",
      "no_rows",
      "there are no validation rows",
      "Add held-out rows: they choose the best checkpoint.",
    );
}

function resultOf(progress: Progress, o: TrainOptions, plan: Plan): TrainResult {
  const { best, latest } = progress;
  if (!best || !latest) throw new RangeError("training finished without a checkpoint");
  const steps = progress.epoch * plan.perEpoch;
  return {
    bestCheckpoint: path.join(o.outDir, best.file),
    latestCheckpoint: path.join(o.outDir, latest.file),
    bestEpoch: best.epoch,
    latestEpoch: latest.epoch,
    valLoss: best.valLoss,
    epochs: progress.epoch,
    steps,
    seconds: progress.seconds,
    pairsPerSecond: (steps * plan.batch) / Math.max(1e-9, progress.seconds),
  };
}

/** Adds a FAILURE line to status.json, as upstream's readers expect; the state stays as it was. */
async function reportFailure(o: TrainOptions, { progress }: Begun, error: unknown): Promise<void> {
  const message =
    error instanceof ReflowError && error.kind === "interrupted" ? "User/System interruption" : String(error);
  const lines = [...progress.status, record("FAILURE", message)];
  await writeStatus(path.join(o.outDir, STATUS_FILE), lines).catch(() => {});
}
