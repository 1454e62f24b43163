import { type Problem, ReflowError } from "../../kit/errors.js";

/** Why a frame gives nothing. A missing file is a warning, as renders may stop half-way; a bad one is an error. */
export function frameFault(error: ReflowError, id: string): Problem {
  const missing = error.code === "file_missing";
  return {
    code: missing ? "frame_incomplete" : error.code,
    severity: missing ? "warning" : "error",
    message: `frame ${id} gives nothing: ${error.message}`,
    hint: missing ? "Render the frame again, or leave it out." : error.hint,
    ...(error.where && { where: error.where }),
  };
}

/** The error itself when it is about data; anything else is thrown on. */
export function dataFault(error: unknown): ReflowError {
  if (error instanceof ReflowError && error.kind === "data") return error;
  throw error;
}
