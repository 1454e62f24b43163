import type { Draw } from "./sampler.js";

/** Decode and align rows `from … to` into the shared cache. */
export type PrepareTask = Readonly<{ kind: "prepare"; from: number; to: number }>;

/** Loss and gradient of one shard of a step. */
export type StepTask = Readonly<{ kind: "step"; step: number; shard: number; draws: readonly Draw[] }>;

/** Logits of rows `from … to` with the given model; `version` names it so that its session is reused. */
export type EvaluateTask = Readonly<{
  kind: "evaluate";
  version: number;
  model: Uint8Array;
  from: number;
  to: number;
}>;

export type Task = PrepareTask | StepTask | EvaluateTask;

export type TaskResult = Readonly<{ loss?: number; logits?: Float32Array }>;
