import { ReflowError } from "../../kit/errors.js";

/** A setting of the grid or the camera that cannot be used. `field`: its key in the cookbook. */
export function usage(code: string, message: string, hint: string, field = "scan_grid"): ReflowError {
  return new ReflowError("data", code, message, hint, { where: { field } });
}
