import path from "node:path";
import { interrupted } from "../errors.js";
import { type Begun, samplerOf } from "./begin.js";
import { chunks } from "./chunks.js";
import { closeEpoch } from "./epoch.js";
import type { Plan, TrainOptions } from "./options.js";
import { progressReporter } from "./progress.js";
import type { Setup } from "./setup.js";
import { type Progress, STATE_FILE, writeState } from "./state.js";
import { STATUS_FILE, writeStatus } from "./status.js";
import { decayMask, trainStep } from "./step.js";
import type { Team } from "./team.js";

/** Decodes and registers every pair once, in parallel. */
export async function prepare(team: Team, setup: Setup, { emit, signal }: TrainOptions): Promise<void> {
  const total = setup.rows.length;
  const report = progressReporter(emit, "prepare", total, "pairs");
  let done = 0;
  await Promise.all(
    chunks(total).map(async ([from, to]) => {
      if (signal?.aborted) return;
      await team.run({ kind: "prepare", from, to });
      done += to - from;
      report(done, {});
    }),
  );
  if (signal?.aborted) throw interrupted("training");
}

/** Runs the epochs that are left; state and status are on disk after each. */
export async function trainEpochs(team: Team, begun: Begun, o: TrainOptions, plan: Plan): Promise<Progress> {
  const { spec, outDir } = o;
  const sampler = samplerOf(o, plan.batch);
  const report = progressReporter(o.emit, "train", plan.total, "steps", begun.progress.epoch * plan.perEpoch);
  const decay = decayMask(begun.setup.config);
  const started = performance.now();
  const before = begun.progress.seconds;
  while (!begun.progress.finished) {
    const epoch = begun.progress.epoch;
    let loss = 0;
    for (let i = 0; i < plan.perEpoch; i++) {
      if (o.signal?.aborted) throw interrupted("training");
      const step = epoch * plan.perEpoch + i;
      loss += await trainStep(team, begun, decay, o, plan, sampler.batch(step), step);
      report(step + 1, { loss: loss / (i + 1), epoch, pairs: plan.batch });
    }
    begun.progress = await closeEpoch(team, begun, o, plan, loss / plan.perEpoch);
    begun.progress = { ...begun.progress, seconds: before + (performance.now() - started) / 1000 };
    await writeStatus(path.join(outDir, STATUS_FILE), begun.progress.status);
    await writeState(path.join(outDir, STATE_FILE), begun.progress, begun.arrays);
    if (begun.progress.epoch >= spec.numEpochs && !begun.progress.finished)
      throw new RangeError("the last epoch did not finish the training");
  }
  return begun.progress;
}
