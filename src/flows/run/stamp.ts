import { hashText } from "../../kit/files.js";
import { ReflowError } from "../../kit/errors.js";

/** Names of runs and experiments (dig 4.4). */
const NAME = /^[a-zA-Z]([a-zA-Z0-9_-]*[a-zA-Z0-9])?$/;

/**
 * Eight lower-case hex digits out of everything that was asked for: a stopped flow keeps its stamp, and two different
 * requests get different ones.
 */
export function stampOf(request: unknown): string {
  return hashText(JSON.stringify(request)).slice(0, 8);
}

/** Throws `name_invalid` for what cannot name a run (dig 4.4). */
export function checkName(name: string): string {
  if (NAME.test(name) && name.length <= 64) return name;
  throw new ReflowError(
    "usage",
    "name_invalid",
    `"${name}" cannot name a run`,
    "Begin with a letter, go on with letters, digits, _ and -, end with a letter or digit; at most 64 characters.",
  );
}
