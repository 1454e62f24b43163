import { availableParallelism } from "node:os";
import {
  type Clock,
  execute,
  type Platform,
  type Receipt,
  type StageName,
  type StageOutput,
  type StageRequest,
  type Toolkit,
} from "../engine/index.js";
import type { Emit } from "../kit/index.js";
import type { Layout } from "./layout.js";
import type { Plan } from "./plan/types.js";
import type { DeftState } from "./state/index.js";

/** Everything a step needs. The state is the one on disk at the start of the step. */
export type RunContext = Readonly<{
  layout: Layout;
  plan: Plan;
  state: DeftState;
  toolkit: Toolkit;
  platform: Platform;
  clock: Clock;
  emit: Emit;
  signal?: AbortSignal;
  workers: number;
}>;

/** What a step hands back: evidence is committed by the driver. */
export type StepResult<C> = Readonly<{ commit: C; summary: string; seconds: number }>;

/** Runs one job of a step and counts its seconds. */
export async function runJob<S extends StageName>(
  context: RunContext,
  request: Omit<StageRequest<S>, "seed" | "resources">,
): Promise<{ output: StageOutput<S>; receipt: Receipt; seconds: number }> {
  const { output, receipt } = await execute<S>(
    {
      ...request,
      seed: context.plan.parameters.seed.value,
      resources: { cpus: Math.min(context.workers, availableParallelism()), gpus: 0 },
    } as StageRequest<S>,
    {
      toolkit: context.toolkit,
      platform: context.platform,
      jobsDir: context.layout.jobs,
      cwd: context.layout.rd,
      clock: context.clock,
      emit: context.emit,
      ...(context.signal ? { signal: context.signal } : {}),
    },
  );
  return { output, receipt, seconds: receipt.run.duration_sec };
}

/** A measured duration in the form that events want. */
export function duration(seconds: number): number {
  return Math.max(1, Math.round(seconds));
}
