import { ReflowError } from "../../kit/errors.js";

/** A setting of the grid or the camera that cannot be used. */
export function usage(code: string, message: string, hint: string): ReflowError {
  return new ReflowError("data", code, message, hint);
}
