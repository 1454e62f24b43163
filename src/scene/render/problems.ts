import { ReflowError } from "../../kit/errors.js";

/** A call that asks the renderer for what it cannot do. */
export function usageError(code: string, message: string): ReflowError {
  return new ReflowError("usage", code, message, "Check the numbers in the call or the cookbook.");
}
