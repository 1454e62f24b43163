import { finish, merge, type Surface } from "../shape/surface.js";
import type { MaterialName } from "./materials.js";
import type { ModelPart, Role } from "./model.js";

/** Several surfaces of one material as one part. */
export function part(
  surfaces: Surface | readonly Surface[],
  material: MaterialName,
  role: Role,
  crease = 40,
): ModelPart {
  const list: readonly Surface[] = "points" in surfaces ? [surfaces] : surfaces;
  return { mesh: finish(list.length === 1 ? list[0] : merge(list), crease), material, role };
}

export const MOULDS = ["mould_black_0", "mould_black_1", "mould_black_2"] as const;

/** One of several materials, by variant. */
export function varied(materials: readonly MaterialName[], variant: number): MaterialName {
  return materials[variant % materials.length];
}
