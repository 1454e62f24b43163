import type { Emit } from "../kit/index.js";

/** What a job needs of a machine. A platform may refuse a job that it cannot place. */
export type Resources = Readonly<{ cpus: number; gpus: number; memoryMb?: number }>;

/**
 * One piece of work that any platform can run: an argument list (never a shell line), the files it depends on
 * and the files it owns. A job is finished when `receipt` exists and matches `digest`; nothing else counts.
 */
export type Job = Readonly<{
  /** Unique inside a run, made of label, stage and part: `iter1-inference-latest`. */
  id: string;
  stage: string;
  toolkit: string;
  argv: readonly string[];
  cwd: string;
  /** Added to a minimal environment; a job never depends on more of the caller's environment. */
  env: Readonly<Record<string, string>>;
  /** Absolute files whose content decides the result. */
  inputs: readonly string[];
  /** Absolute files or folders that belong to this job alone. */
  outputs: readonly string[];
  resources: Resources;
  /** The typed input of the stage, as JSON. */
  parameters: Readonly<Record<string, unknown>>;
  seed: number;
  /** Where the record of the finished job goes, beside its outputs. */
  receipt: string;
  /** Independent parts the work can be cut into; a platform with job arrays may use it. */
  shards?: number;
  /** True when a half-done output folder is continued instead of emptied (training). */
  continues?: boolean;
}>;

/** The file handed to the process of a job: the job plus what its inputs held when it was made. */
export type JobFile = Readonly<{
  job: Job;
  digest: string;
  inputHashes: readonly FileHash[];
  platform: string;
  /** SOURCE_DATE_EPOCH of the caller, when times are frozen. */
  frozenTime?: number;
}>;

export type FileHash = Readonly<{ path: string; sha256: string; bytes: number }>;

/** A place where jobs run. New platforms implement this and nothing else. */
export type Platform = Readonly<{
  name: string;
  /**
   * Makes sure that nothing of an earlier attempt at this job is still at work (its parent was killed and it may not
   * have noticed): called before outputs are looked at or removed.
   */
  reclaim?(file: string): Promise<void>;
  /**
   * Runs one job to its end. Progress goes to `emit`. Resolves when the process has ended well; throws
   * ReflowError: the job's own error, `stage_crashed`, or `interrupted` after an abort.
   */
  run(file: string, job: JobFile, options: PlatformOptions): Promise<void>;
}>;

export type PlatformOptions = Readonly<{
  emit: Emit;
  signal?: AbortSignal;
  /** Everything the process writes to its error stream is appended here. */
  logFile: string;
}>;
