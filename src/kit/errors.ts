/** Where a problem sits: file, 1-based line of a text file, 1-based column, and the named field. */
export type Place = Readonly<{ file?: string; row?: number; column?: number; field?: string }>;

/**
 * A problem found in data. Problems are values: they are collected, not thrown, so that one pass shows all.
 * `code` is stable (scripts match on it), `message` says what is wrong, `hint` says what to do.
 */
export type Problem = Readonly<{
  code: string;
  severity: "error" | "warning" | "info";
  message: string;
  hint: string;
  where?: Place;
}>;

/** Decides the exit code of the command line: usage 2, data 3, stage 4, interrupted 130. */
export type ErrorKind = "usage" | "data" | "stage" | "interrupted";

export const EXIT_CODE: Readonly<Record<ErrorKind, number>> = {
  usage: 2,
  data: 3,
  stage: 4,
  interrupted: 130,
};

/** The one error class that crosses module borders. Everything a person needs is on it. */
export class ReflowError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string;
  readonly where: Place | undefined;
  readonly problems: readonly Problem[];

  constructor(
    kind: ErrorKind,
    code: string,
    message: string,
    hint: string,
    more: { where?: Place; problems?: readonly Problem[]; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "ReflowError";
    this.kind = kind;
    this.code = code;
    this.hint = hint;
    this.where = more.where;
    this.problems = more.problems ?? [];
  }

  get exitCode(): number {
    return EXIT_CODE[this.kind];
  }
}

/** Short form of `new ReflowError("data", …)`. */
export function dataError(code: string, message: string, hint: string, where?: Place): ReflowError {
  return new ReflowError("data", code, message, hint, where ? { where } : {});
}

/** A thrown error as a value, to be collected with others. */
export function asProblem(error: ReflowError, severity: Problem["severity"] = "error"): Problem {
  const { code, message, hint, where } = error;
  return { code, severity, message, hint, ...(where ? { where } : {}) };
}

/** `file:row:column` in the form that editors understand; empty when nothing is known. */
export function formatPlace(where: Place | undefined): string {
  if (!where) return "";
  const spot = [where.file, where.row, where.row === undefined ? undefined : where.column]
    .filter((part) => part !== undefined)
    .join(":");
  return where.field === undefined ? spot : `${spot}${spot ? " " : ""}(${where.field})`;
}

/** True for Node's file-system errors with one of the given codes (`ENOENT`, …). */
export function isErrno(error: unknown, ...codes: string[]): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && (codes.length === 0 || codes.includes(code));
}

/** Turns the errors of a full disk or a read-only folder into one clear error; passes others through. */
export function explainWriteError(error: unknown, file: string): unknown {
  if (error instanceof ReflowError) return error;
  const why: Record<string, [string, string, string]> = {
    ENOSPC: [
      "disk_full",
      "the disk is full",
      "Free some space and run the same command again; finished work is kept.",
    ],
    EDQUOT: ["disk_full", "the disk quota is used up", "Free some space and run the same command again."],
    // What mkdir says on file systems that take no folders.
    ENOENT: ["no_folder", "its folder does not exist and cannot be made", "Choose a writable folder."],
    EROFS: ["read_only", "the folder is read-only", "Choose a writable folder or remount it."],
    EACCES: ["no_permission", "permission denied", "Make the folder writable for this user."],
    EPERM: ["no_permission", "not permitted", "Make the folder writable for this user."],
    ENOTDIR: ["not_a_folder", "a part of the path is a file, not a folder", "Choose another output path."],
    EEXIST: ["not_a_folder", "a part of the path is a file, not a folder", "Choose another output path."],
    ELOOP: ["symlink_loop", "symbolic links form a loop", "Choose another output path."],
    EISDIR: ["is_a_folder", "the path is a folder, not a file", "Choose another output path."],
  };
  const found = why[String((error as { code?: unknown } | null)?.code)];
  if (!found) return error;
  return new ReflowError("stage", found[0], `cannot write ${file}: ${found[1]}`, found[2], {
    where: { file },
    cause: error,
  });
}
