import type { FlowId } from "../knobs/index.js";
import type { FlowContext, FlowOutcome, FlowRequest } from "./types.js";

/** One of the six flows: its title, and its body as a sequence of steps. */
export type FlowDefinition = Readonly<{
  id: FlowId;
  title: string;
  /** Use cases that it serves; empty: all. */
  usecases: readonly string[];
  /** Number of steps of a request, for progress. */
  steps: (request: FlowRequest) => number;
  run: (context: FlowContext) => Promise<FlowOutcome>;
}>;
