import path from "node:path";
import { fileURLToPath } from "node:url";
import { ReflowError } from "../../kit/errors.js";
import { type DefectPairs, isLocalRoot, knobText } from "../knobs/index.js";
import type { Knobs } from "./types.js";

/** The value of a whole-number knob. */
export function whole(knobs: Knobs, name: string): number {
  const value = knobs[name];
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new ReflowError(
    "usage",
    "knob_value",
    `${name} must be a whole number, not ${JSON.stringify(value ?? null)}`,
    `Give it with --set ${name}=<number>.`,
  );
}

/** The value of a knob as text; "" when it has none. */
export function word(knobs: Knobs, name: string): string {
  const value = knobs[name];
  return value === null || value === undefined ? "" : knobText(value);
}

/** `[material, defect]` pairs. */
export function pairsOf(knobs: Knobs): DefectPairs {
  const value = knobs.anomaly_types_json;
  return Array.isArray(value) ? (value as DefectPairs) : [];
}

/**
 * The folder of `dig_url_root`, or undefined where none is given. Throws `root_not_local` for an object store: flows that
 * run here read folders.
 */
export function rootFolder(knobs: Knobs): string | undefined {
  const root = word(knobs, "dig_url_root");
  if (root === "") return undefined;
  if (!isLocalRoot(root))
    throw new ReflowError(
      "usage",
      "root_not_local",
      `${root} is not on this machine`,
      "Copy what the flow needs to a folder, and name that folder with --set dig_url_root=<folder>.",
    );
  return /^file:/i.test(root) ? fileURLToPath(root) : path.resolve(root);
}
