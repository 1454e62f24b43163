import { type Emit, type ErrorKind, type Problem, ReflowError, type ReflowEvent } from "../kit/index.js";

/** What a job's process writes to its standard output, one JSON value a line: events, and its error if it fails. */
export type Wire = ReflowEvent | Readonly<{ type: "error"; error: WireError }>;

export type WireError = Readonly<{
  kind: ErrorKind;
  code: string;
  message: string;
  hint: string;
  where?: ReflowError["where"];
  problems?: readonly Problem[];
}>;

export function toWireError(error: unknown): WireError {
  if (error instanceof ReflowError)
    return {
      kind: error.kind,
      code: error.code,
      message: error.message,
      hint: error.hint,
      ...(error.where ? { where: error.where } : {}),
      ...(error.problems.length > 0 ? { problems: error.problems } : {}),
    };
  return {
    kind: "stage",
    code: "internal_error",
    message: (error as Error)?.message ?? String(error),
    hint: "This is a fault of reflow. The log beside the job has the details; please report it.",
  };
}

export function fromWireError(e: WireError): ReflowError {
  return new ReflowError(e.kind, e.code, e.message, e.hint, {
    ...(e.where ? { where: e.where } : {}),
    ...(e.problems ? { problems: e.problems } : {}),
  });
}

/** Cuts a byte stream into lines and hands each parsed line on; lines that are no JSON are ignored. */
export function lineReader(onLine: (value: Wire) => void): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      if (!line.startsWith("{")) continue;
      try {
        onLine(JSON.parse(line) as Wire);
      } catch {
        // A half line of a killed process.
      }
    }
  };
}

/** Lets at most one progress event per `what` and interval through; the last step (done = total) always. */
export function throttled(emit: Emit, everyMs: number): Emit {
  const last = new Map<string, number>();
  return (event) => {
    if (event.type === "progress" && event.done < event.total) {
      const now = performance.now();
      if (now - (last.get(event.what) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
      last.set(event.what, now);
    }
    emit(event);
  };
}
