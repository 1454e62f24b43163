import type { Problem } from "../../../kit/errors.js";

/** What went wrong while a prim or layer stack was composed. `at` is a path of the stage. */
export type Report = (code: string, at: string, message: string, hint: string, file?: string) => void;

/** With these nothing is missing on the stage; with all others something is. */
const HARMLESS: ReadonlySet<string> = new Set([
  "usd_bad_relocate",
  "usd_opinion_at_relocate",
  "usd_bad_offset",
  "usd_bad_owner",
]);

export function collector(into: Problem[], root: string): Report {
  return (code, at, message, hint, file) =>
    into.push({
      code,
      severity: HARMLESS.has(code) ? "warning" : "error",
      message,
      hint,
      where: { file: file ?? root, field: at },
    });
}
