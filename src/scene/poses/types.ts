import type { Mat4, Vec3 } from "../model.js";

/** In the order of the cookbooks. The name is the label in images and files. */
export const DEFECT_TYPES = ["shift", "tombstone", "sideflip", "reverse_polarity", "missing"] as const;

export type DefectType = (typeof DEFECT_TYPES)[number];

type Wanted = Readonly<{
  /** Share of the whole pool, also where a filter is active (contract 3.2). */
  ratio: number;
  /** Only components whose path contains one of these. */
  componentTypes?: readonly string[];
}>;

/** One enabled entry of a cookbook's `defects`, in the cookbook's order. */
export type DefectRequest = Wanted &
  (
    | Readonly<{ type: "shift"; translateRange: number; rotateZRange: number }>
    | Readonly<{ type: "tombstone" | "sideflip"; angleMin: number; angleMax: number }>
    | Readonly<{ type: "reverse_polarity" | "missing" }>
  );

/**
 * `physical`: parts stand on the board and never pass through it. `upstream`: the arithmetic of contract 3.3, in
 * which a tombstone turns about the middle of its end face and parts that are long in X turn down into the board.
 */
export type Geometry = "physical" | "upstream";

/**
 * What was drawn for one component, under the keys of contract 3.3. Matrices are row by row, row vectors.
 */
export type DefectRecord = Readonly<{
  path: string;
  defect: DefectType;
  original_flat: Mat4;
  /** The prim's new local matrix (ours; as before for missing). */
  final_flat: Mat4;
  /** shift: millimetres (physical) or scene units (upstream). */
  translate?: Vec3;
  /** shift, reverse_polarity: degrees. */
  rotate_z?: number;
  /** sideflip: degrees. */
  rotate_x?: number;
  tombstone_final_flat?: Mat4;
  /** `sign` 1: the positive end of the long axis is lifted. */
  tombstone_params?: Readonly<{ angle_deg: number; sign: 1 | -1; long_axis: 0 | 1 | 2 }>;
}>;
