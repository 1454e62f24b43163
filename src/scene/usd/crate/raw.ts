import type { LayerOffset, Reference, Relocate } from "../layer.js";
import type { ListOp, TimeSamples, Value } from "../values.js";

/** Values that only composition fields have, beside the ordinary ones. */
export type Raw =
  | Value
  | Readonly<{ tokens: ListOp<string> }>
  | Readonly<{ numbers: ListOp<number> }>
  | Readonly<{ paths: ListOp<string> }>
  | Readonly<{ references: ListOp<Reference> }>
  | Readonly<{ offsets: readonly LayerOffset[] }>
  | Readonly<{ relocates: readonly Relocate[] }>
  | Readonly<{ samples: TimeSamples }>
  | undefined;

/** An ordinary value, and none that only composition fields have. */
export function isPlain(value: Raw): value is Value {
  if (value === undefined) return false;
  if (typeof value !== "object" || Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Map)
    return true;
  return "asset" in value;
}
