import { arch, hostname, platform as osPlatform, release } from "node:os";
import { type Emit, ReflowError, readJson } from "../kit/index.js";
import { type Clock, frozenClock, isoSeconds, systemClock } from "./clock.js";
import type { JobFile } from "./job.js";
import { hashFiles, writeReceipt } from "./receipt.js";
import type { StageContext } from "./toolkit.js";
import { programVersion } from "./version.js";
import { throttled, toWireError, type Wire } from "./wire.js";

export type AnyStage = (input: never, context: StageContext) => Promise<unknown>;

/**
 * Runs the stage of a job file in this process and leaves the receipt, which is written last: no receipt, no
 * finished job.
 */
export async function runJobFile(
  file: string,
  load: (stage: string) => Promise<AnyStage | undefined>,
  options: { emit: Emit; signal: AbortSignal; version: string },
): Promise<void> {
  const { job, digest, inputHashes, platform, frozenTime } = (await readJson(file)) as JobFile;
  const stage = await load(job.stage);
  if (!stage)
    throw new ReflowError("usage", "unknown_stage", `no such stage: ${job.stage}`, "See docs/loop.md.");
  const clock: Clock = frozenTime === undefined ? systemClock : frozenClock(frozenTime);
  const started = clock.now();
  const result = await stage(job.parameters as never, {
    seed: job.seed,
    emit: throttled(options.emit, 100),
    signal: options.signal,
  });
  const finished = clock.now();
  await writeReceipt(job.receipt, {
    version: 1,
    job: job.id,
    digest,
    stage: job.stage,
    toolkit: job.toolkit,
    program: { name: "reflow-aoi", version: options.version },
    seed: job.seed,
    parameters: job.parameters,
    inputs: [...inputHashes],
    outputs: await hashFiles(job.outputs),
    result,
    run: {
      started_at: isoSeconds(started),
      finished_at: isoSeconds(finished),
      duration_sec: Math.round((finished.getTime() - started.getTime()) / 10) / 100,
      platform,
      host: hostname(),
      machine: `${osPlatform()} ${release()} ${arch()}`,
      node: process.version,
    },
  });
}

/**
 * The whole life of a stage process: events as JSON lines on standard output, a polite stop on SIGTERM, an
 * immediate end when the parent is gone. Returns the exit code.
 */
export async function stageMain(
  file: string,
  load: (stage: string) => Promise<AnyStage | undefined>,
): Promise<number> {
  const abort = new AbortController();
  const write = (value: Wire) => {
    try {
      process.stdout.write(`${JSON.stringify(value)}\n`);
    } catch {
      // Nobody listens any more; the watch on standard input ends us.
    }
  };
  process.stdout.on("error", () => {});
  process.once("SIGTERM", () => abort.abort());
  process.once("SIGINT", () => abort.abort());
  endWithParent();
  try {
    await runJobFile(file, load, { emit: write, signal: abort.signal, version: await programVersion() });
    return 0;
  } catch (error) {
    const wire = abort.signal.aborted
      ? toWireError(
          new ReflowError("interrupted", "interrupted", "stopped on request", "Run `reflow resume`."),
        )
      : toWireError(error);
    if (wire.code === "internal_error") process.stderr.write(`${(error as Error)?.stack ?? error}\n`);
    write({ type: "error", error: wire });
    return wire.kind === "interrupted" ? 130 : wire.kind === "usage" ? 2 : wire.kind === "data" ? 3 : 4;
  }
}

/**
 * Ends this process when the parent's end of our standard input closes. Every stage survives a kill at any instant,
 * so the quickest end is the right one. Only where the platform says that it holds that end: elsewhere (a batch
 * system) standard input is closed from the start.
 */
function endWithParent(): void {
  if (process.env.REFLOW_STDIN_IS_PARENT !== "1") return;
  process.stdin.on("end", () => process.kill(process.pid, "SIGKILL"));
  process.stdin.on("error", () => process.kill(process.pid, "SIGKILL"));
  process.stdin.resume();
}
