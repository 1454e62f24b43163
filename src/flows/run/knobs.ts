import { ReflowError } from "../../kit/errors.js";
import type { Knobs } from "./types.js";

/** The value of a whole-number knob. */
export function whole(knobs: Knobs, name: string): number {
  const value = knobs[name];
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new ReflowError(
    "usage",
    "knob_invalid",
    `${name} must be a whole number, not ${JSON.stringify(value ?? null)}`,
    `Give it with --set ${name}=<number>.`,
  );
}

/** The value of a text knob; "" when it has none. */
export function word(knobs: Knobs, name: string): string {
  const value = knobs[name];
  return value === null || value === undefined ? "" : String(value);
}
