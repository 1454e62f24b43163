import type { Emit } from "../kit/index.js";
import type { StageInput, StageName, StageOutput } from "./stages.js";

/** What a stage function gets besides its input. */
export type StageContext = Readonly<{ seed: number; emit: Emit; signal: AbortSignal }>;

export type StageFunction<S extends StageName> = (
  input: StageInput<S>,
  context: StageContext,
) => Promise<StageOutput<S>>;

/**
 * Who implements the stages. `program` is the command that runs one: it is called as
 * `<program…> stage <name> --job <file>` and must leave the receipt that the job file names.
 */
export type Toolkit = Readonly<{ name: string; program: readonly string[] }>;
