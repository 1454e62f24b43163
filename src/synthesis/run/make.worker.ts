import { workerData } from "node:worker_threads";
import { asProblem, type Problem, ReflowError } from "../../kit/errors.js";
import { reportingErrors } from "../../kit/pool.js";
import type { Checkpoint } from "../checkpoint/read.js";
import { type Made, makeJob } from "./make.js";
import type { Job } from "./plan.js";

/** The checkpoint and where to write, sent once. */
export type MakeContext = Readonly<{ checkpoint: Checkpoint; output: string; seed: number }>;

/** What became of a job: pictures, or one problem of its own. */
export type MakeResult = Readonly<{ made: Made } | { problem: Problem }>;

/** Makes one job on a worker thread; data errors of a row come back as a problem, others stop the run. */
export default reportingErrors(async (job: Job): Promise<MakeResult> => {
  const { checkpoint, output, seed } = workerData as MakeContext;
  try {
    return { made: await makeJob(job, checkpoint, output, seed) };
  } catch (error) {
    if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
    return { problem: asProblem(error) };
  }
});
