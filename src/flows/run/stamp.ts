import { hashText } from "../../kit/files.js";

/**
 * Eight lower-case hex digits out of everything that was asked for: a stopped flow keeps its stamp, and two different
 * requests get different ones.
 */
export function stampOf(request: unknown): string {
  return hashText(JSON.stringify(request)).slice(0, 8);
}
