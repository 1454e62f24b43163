import type { FlowContext, FlowId, FlowOutcome, FlowRequest } from "./types.js";

/** One of the six flows: what it is called, and its body as a sequence of steps. */
export type FlowDefinition = Readonly<{
  id: FlowId;
  /** First part of run names (dig 1.1). */
  prefix: string;
  title: string;
  /** Use cases that it serves; empty: all. */
  usecases: readonly string[];
  /** Number of steps of a request, for progress. */
  steps: (request: FlowRequest) => number;
  run: (context: FlowContext) => Promise<FlowOutcome>;
}>;
