import type { Problem } from "./errors.js";

/**
 * Everything that happens, as one typed stream; the command line, the log and later the dashboard only read it.
 * `progress`: `done` of `total` units of `what`; `detail` holds numbers worth showing (loss, pairs per second).
 */
export type ReflowEvent =
  | Readonly<{ type: "log"; level: "info" | "warn"; message: string }>
  | Readonly<{ type: "problem"; problem: Problem }>
  | Readonly<{
      type: "progress";
      what: string;
      done: number;
      total: number;
      unit: string;
      /** Seconds left as far as known. */
      eta?: number;
      detail?: Readonly<Record<string, number | string>>;
    }>
  | Readonly<{
      type: "stage";
      label: string;
      stage: string;
      status: "start" | "ok" | "error" | "skip";
      summary?: string;
      seconds?: number;
      next?: string;
    }>
  | Readonly<{ type: "result"; name: string; value: unknown }>;

export type Emit = (event: ReflowEvent) => void;

/** For callers that do not listen. */
export const silent: Emit = () => {};
