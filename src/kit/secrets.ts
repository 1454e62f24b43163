import { ReflowError } from "./errors.js";

/**
 * A key out of an environment variable, without blanks at its ends; undefined when there is none. One with other
 * characters than a header may carry would fail where it is sent, with the key in the message of the runtime: it is
 * refused here, unshown, with `key_unusable`.
 */
export function secretOf(name: string, value: string | undefined): string | undefined {
  const key = value?.trim();
  if (!key) return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new ReflowError(
    "usage",
    "key_unusable",
    `the environment variable ${name} holds a blank, a line break or another character that no key has`,
    "Set it again, to the key alone.",
  );
}
