import type { Problem } from "../../../kit/errors.js";

/** What went wrong while a prim or layer stack was composed. `at` is a path of the stage. */
export type Report = (code: string, at: string, message: string, hint: string, file?: string) => void;

export function collector(into: Problem[], root: string): Report {
  return (code, at, message, hint, file) =>
    into.push({ code, severity: "warning", message, hint, where: { file: file ?? root, field: at } });
}
