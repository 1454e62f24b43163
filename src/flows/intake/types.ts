import type { FlowId, KnobValue, SetupCase } from "../knobs/index.js";

/** What somebody wants: a sentence, fields, or both. A field wins over the sentence. */
export type IntakeRequest = Readonly<{
  text?: string;
  flow?: FlowId;
  usecase?: string;
  board?: string;
  /** Raw texts, as after `knob=`. */
  knobs?: Readonly<Record<string, string>>;
  root?: string;
  pool?: string;
  /** Run name; without it the plan carries prefix and stamp. */
  name?: string;
  planOnly?: boolean;
  /** Question id to option key, or to the pasted text where the option takes one. */
  answers?: Answers;
}>;

export type Answers = Readonly<Record<string, string>>;

/** What the preference store may hold (dig 3.6); all of it was confirmed by the user. */
export type Memory = Readonly<{
  dig_url_root?: string;
  pool?: string;
  board?: string;
  endpoint?: string;
  pod_template?: "verified" | "user-confirmed" | "skipped-409";
  admin?: boolean;
}>;

/** Facts of the surroundings, looked up by the caller; nothing in here is a choice of the user. */
export type Environment = Readonly<{
  /** Where the flow will run. `local` has no pool, pod template or cluster endpoint. */
  platform: "local" | "osmo";
  /** Boards with a cookbook; default: all that are known. */
  boards?: readonly string[];
  /** Pools of the profile, the default first. */
  pools?: readonly string[];
  /** Total Capacity of the pool in GPUs. */
  poolCapacity?: number;
  /** The pod template could not be read (403). */
  podTemplateForbidden?: boolean;
  /** What to offer as a storage root; offered only, never used unasked. */
  suggestedRoot?: string;
  /** Eight lower-case hex digits, fresh for each submit. */
  stamp?: string;
}>;

export type Option = Readonly<{
  key: string;
  label: string;
  /** What changes, as `knob=value` texts and plain words. */
  sets: readonly string[];
  recommended: boolean;
  /** The answer is a pasted text (a URL, a pool name). */
  input?: string;
}>;

export type Question = Readonly<{
  id: QuestionId;
  text: string;
  options: readonly Option[];
  /** Rows to show with the question: what a choice yields. */
  table?: readonly (readonly string[])[];
}>;

export const QUESTION_IDS = [
  "Q-ROOT",
  "Q-POOL",
  "Q-COUNT",
  "Q-PCBA",
  "Q-DEFECT",
  "Q-SMOKE",
  "Q-DATA",
  "Q-TRAIN",
  "Q-USECASE",
  "Q-BOARD",
  "Q-VIEW",
  "Q-FLOWS",
  "Q-TAXONOMY",
  "Q-CAPACITY",
  "Q-ENDPOINT",
  "Q-PODS",
  "Q-SETUP",
  "N-FORCED",
] as const;

export type QuestionId = (typeof QUESTION_IDS)[number];

export type Artifact = Readonly<{ path: string; url: string; needed: string }>;

/** Something worth storing, offered and never stored by itself. `conflict`: the request differs from the store. */
export type Remember = Readonly<{
  item: keyof Memory;
  value: string;
  when: "now" | "after-submit" | "conflict";
}>;

export type CookbookPatch = Readonly<{ file: string; set: Readonly<Record<string, number>> }>;

/** A run of a flow, or one of the small actions around it. */
export type Plan = Readonly<{
  action: "generate" | "setup" | "upload" | "preview" | "archive";
  title: string;
  flow?: FlowId;
  setup?: SetupCase;
  name?: string;
  /** The confirmed root, or `<dig_url_root>` where only a plan was asked for. */
  root: string;
  /** Knobs worth showing, checked and typed; everything else keeps its default. */
  knobs: Readonly<Record<string, KnobValue>>;
  preflights: readonly string[];
  artifacts: readonly Artifact[];
  /** What to run here, as an argument list. */
  command: readonly string[];
  /** The same for the cluster. */
  cluster?: readonly string[];
  outputs: readonly string[];
  notes: readonly string[];
  warnings: readonly string[];
  cookbookPatch?: CookbookPatch;
  remember: readonly Remember[];
  /** A second flow of the same request, to run afterwards. */
  afterwards?: Plan;
}>;

export type Stop = Readonly<{ kind: "stop"; code: string; message: string; hint: string }>;

export type Resolution =
  | Readonly<{ kind: "plan"; plan: Plan }>
  | Readonly<{ kind: "questions"; questions: readonly Question[]; notes: readonly string[] }>
  | Stop;

/** A number and what it counts. `stage` is undefined for a bare number. */
export type Count = Readonly<{
  n: number;
  stage: "image" | "crop" | "patch" | "emit" | "defect";
  each: boolean;
  phrase: string;
}>;

/** What was understood of a request. */
export type Slots = Readonly<{
  phrase: string;
  planOnly: boolean;
  flows: readonly FlowId[];
  day?: 0 | 1;
  photo: boolean;
  manual: boolean;
  train?: boolean;
  steps?: number;
  usecase?: string;
  /** All use cases that were named; more than one is a question. */
  usecases: readonly string[];
  /** Some word of boards or PCBA fell. */
  pcb: boolean;
  board?: string;
  /** A board that nobody here knows, as written; "" for "another board". */
  otherBoard?: string;
  /** Kinds of texture defects, see `DEFECT_WORDS`. */
  defects: readonly string[];
  modes: readonly string[];
  without: readonly string[];
  allDefects: boolean;
  anyDefect: boolean;
  count?: Count;
  /** A number that counts nothing: `2.5 images`, `0 images`. */
  badCount?: string;
  gpus?: number;
  knobs: Readonly<Record<string, string>>;
  root?: string;
  pool?: string;
  endpoint?: string;
  otherModel: boolean;
  smoke: boolean;
  data: boolean;
  upload: boolean;
  setup: boolean;
  setupCase?: SetupCase;
  view?: "preview" | "archive" | "unclear";
  coverage: boolean;
  /** A verb that asks for output. */
  verb: boolean;
  /** A word that asks for defect images after a training, in the same run. */
  generate: boolean;
  /** Decided by the request's field or an answer; wins over everything said. */
  flow?: FlowId;
  /** Two flows were named and both are wanted, one after the other. */
  inTurn: boolean;
  /** Only what is between is named: the answer to a bare use case was yes. */
  confirmed: boolean;
  notes: readonly string[];
}>;
