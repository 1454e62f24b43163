import type { Problem } from "../../kit/errors.js";
import type { Emit } from "../../kit/events.js";
import type { FlowCookbook } from "../cookbook/index.js";
import type { FlowId, KnobValues } from "../knobs/index.js";
import type { WorkspaceRow } from "../workspace/tables.js";

/** Every knob of the flow with its value: given, from the cookbook, or the default. */
export type Knobs = KnobValues;

/** What a flow was asked for. Equal requests give equal bytes. */
export type FlowRequest = Readonly<{
  flow: FlowId;
  /** `<prefix>-<stamp>`; names the run and experiment. */
  name: string;
  cookbook: FlowCookbook;
  seed: number;
  knobs: Knobs;
  /** `knob=value` as given with --set. */
  given?: readonly string[];
}>;

/** Values that survive being written as JSON and read back. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * One resumable piece of work. `makes`: files and folders below the output that are its own. `after`: whether the
 * work finds its own way on after it was stopped (`continue`), or starts over in cleared folders (`clean`).
 */
export type Step<Result extends Json> = Readonly<{
  id: string;
  title: string;
  makes: readonly string[];
  after: "continue" | "clean";
  /** Everything that decides the result, beside the seed, `files` and the steps before. */
  parameters: Json;
  /** Absolute files and folders outside of the output that are read. */
  files?: readonly string[];
  run: (io: StepIo) => Promise<Result>;
  /** The line that is shown when it is done. */
  told: (result: Result) => string;
}>;

export type StepIo = Readonly<{
  /** Absolute path of a file or folder below the output. */
  at: (...names: readonly string[]) => string;
  workers: number;
  emit: Emit;
  signal: AbortSignal | undefined;
  /** Key of an image-edit server; in no file and no message. */
  apiKey?: string | undefined;
}>;

/** What a flow's body works with. */
export type FlowContext = Readonly<{
  request: FlowRequest;
  output: string;
  workers: number;
  emit: Emit;
  signal: AbortSignal | undefined;
  /** Key of an image-edit server. */
  apiKey: string | undefined;
  /** Runs a step, or takes the result of an earlier run that still holds. */
  step: <Result extends Json>(step: Step<Result>) => Promise<Result>;
}>;

/** One line of the row accounting: what was asked for, what was planned, what came out, what was refused and why. */
export type Account = Readonly<{
  /** What is counted: `passive_component+missing`, `tombstone`, `IC`. */
  of: string;
  unit: string;
  requested: number | null;
  allocated: number | null;
  generated: number;
  refused: Readonly<Record<string, number>>;
}>;

/** What a flow says of itself in the end; all of it is written to `result.json`. */
export type FlowOutcome = Readonly<{
  accounts: readonly Account[];
  /** Refusals that belong to no line of the accounts, by stage and reason. */
  refused: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Tables for the page. */
  tables: readonly Readonly<{
    title: string;
    header: readonly string[];
    rows: readonly (readonly (string | number)[])[];
  }>[];
  /** Everything that could be shown; the page takes some of each group. */
  samples: Samples;
  /** Makes golden and test pictures in a folder, where the flow has both; not written to `result.json`. */
  pairs?: (images: string) => Promise<readonly WorkspaceRow[]>;
  problems: readonly Problem[];
  /** Good to know: what the figures mean. */
  notes: readonly string[];
  next: readonly string[];
}>;

/** A column of the page: files as they are, or the outline of one column's mask over another's picture. */
export type Column = Readonly<{ label: string; outline?: Readonly<{ picture: number; mask: number }> }>;

/** `files`: paths below the output, one for each column that is no outline, in the order of the columns. */
export type Sample = Readonly<{ group: string; cell: string; name: string; files: readonly string[] }>;

export type Samples = Readonly<{ columns: readonly Column[]; rows: readonly Sample[] }>;
