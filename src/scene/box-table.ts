import type { NpyField } from "../kit/npy.js";

/** Columns of a table of 2D boxes (contract 1.5). Corners are inclusive pixel indices. */
export const BOX_FIELDS = [
  { name: "semanticId", type: "<u4" },
  { name: "x_min", type: "<i4" },
  { name: "y_min", type: "<i4" },
  { name: "x_max", type: "<i4" },
  { name: "y_max", type: "<i4" },
  { name: "occlusionRatio", type: "<f4" },
] as const satisfies readonly NpyField[];
