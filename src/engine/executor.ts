import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import {
  type Emit,
  exists,
  explainWriteError,
  makeFolder,
  ReflowError,
  readJson,
  writeJsonAtomic,
} from "../kit/index.js";
import type { Clock } from "./clock.js";
import type { Job, JobFile, Platform } from "./job.js";
import { hashFiles, jobDigest, type Receipt, readReceipt, receiptHolds } from "./receipt.js";
import type { StageInput, StageName, StageOutput } from "./stages.js";
import type { Toolkit } from "./toolkit.js";

/** A stage ready to become a job: everything the toolkit and the platform need not know is left out. */
export type StageRequest<S extends StageName> = Readonly<{
  id: string;
  stage: S;
  input: StageInput<S>;
  inputs: readonly string[];
  outputs: readonly string[];
  receipt: string;
  seed: number;
  shards?: number;
  continues?: boolean;
  resources?: Job["resources"];
}>;

/** Binds a request to a toolkit. */
export function compile<S extends StageName>(
  request: StageRequest<S>,
  toolkit: Toolkit,
  cwd: string,
  jobFile: string,
): Job {
  return {
    id: request.id,
    stage: request.stage,
    toolkit: toolkit.name,
    argv: [...toolkit.program, "stage", request.stage, "--job", jobFile],
    cwd,
    env: {},
    inputs: request.inputs,
    outputs: request.outputs,
    resources: request.resources ?? { cpus: 1, gpus: 0 },
    parameters: request.input as Readonly<Record<string, unknown>>,
    seed: request.seed,
    receipt: request.receipt,
    ...(request.shards ? { shards: request.shards } : {}),
    ...(request.continues ? { continues: true } : {}),
  };
}

/**
 * Brings a job to its end exactly once. A receipt that still holds is taken as it is; otherwise the outputs of an
 * earlier attempt are removed (or continued, where the job says so) and the job runs on the platform.
 *
 * @param jobsDir folder that keeps `<id>/job.json` and `<id>/stderr.log`
 */
export async function execute<S extends StageName>(
  request: StageRequest<S>,
  o: {
    toolkit: Toolkit;
    platform: Platform;
    jobsDir: string;
    cwd: string;
    clock: Clock;
    emit: Emit;
    signal?: AbortSignal;
  },
): Promise<{ output: StageOutput<S>; receipt: Receipt; reused: boolean }> {
  const folder = path.join(o.jobsDir, request.id);
  const file = path.join(folder, "job.json");
  const job = compile(request, o.toolkit, o.cwd, file);
  await o.platform.reclaim?.(file);
  const inputHashes = await hashFiles(job.inputs);
  const digest = jobDigest(job, inputHashes);
  const before = await readReceipt(job.receipt);
  if (before && (await receiptHolds(before, digest)))
    return { output: before.result as StageOutput<S>, receipt: before, reused: true };
  try {
    await rm(job.receipt, { force: true });
    // A folder is continued only when the very same job began it.
    const begun = job.continues && (await sameJobBegan(file, digest));
    for (const out of job.outputs)
      if (begun) await sweepTemporaries(out);
      else await rm(out, { recursive: true, force: true });
    for (const out of job.outputs) await makeFolder(path.extname(out) ? path.dirname(out) : out);
    await makeFolder(path.dirname(job.receipt));
  } catch (error) {
    throw explainWriteError(error, job.receipt);
  }
  const jobFile: JobFile = {
    job,
    digest,
    inputHashes,
    platform: o.platform.name,
    ...(o.clock.frozen ? { frozenTime: Math.floor(o.clock.now().getTime() / 1000) } : {}),
  };
  await writeJsonAtomic(file, jobFile);
  await o.platform.run(file, jobFile, {
    emit: o.emit,
    logFile: path.join(folder, "stderr.log"),
    ...(o.signal ? { signal: o.signal } : {}),
  });
  const receipt = await readReceipt(job.receipt);
  if (!receipt || receipt.digest !== digest)
    throw new ReflowError(
      "stage",
      "receipt_missing",
      `${job.id} ended without a receipt`,
      "Its outputs are not trusted. Look at the log file.",
      { where: { file: path.join(folder, "stderr.log") } },
    );
  return { output: receipt.result as StageOutput<S>, receipt, reused: false };
}

/** Half-written files of a killed attempt, in a folder that is continued. */
async function sweepTemporaries(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) await sweepTemporaries(full);
    else if (entry.name.startsWith(".") && entry.name.endsWith(".tmp")) await rm(full, { force: true });
  }
}

async function sameJobBegan(file: string, digest: string): Promise<boolean> {
  if (!(await exists(file))) return false;
  const before = (await readJson(file).catch(() => undefined)) as JobFile | undefined;
  return before?.digest === digest;
}
