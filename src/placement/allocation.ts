import { dataError, ReflowError } from "../kit/errors.js";

/**
 * Uniform allocation of `total` samples over the types, in spec order: everyone gets the same number and the
 * first `total mod n` types one more (contract 7.3). Throws `num_sdg_invalid`, `no_defect_types` or
 * `defect_type_duplicate`.
 */
export function allocate(types: readonly string[], total: number): ReadonlyMap<string, number> {
  if (!Number.isInteger(total) || total < 0)
    throw new ReflowError(
      "usage",
      "num_sdg_invalid",
      `the number of synthetic samples must be a whole number of at least 0, not ${total}`,
      "Pass for example --num-sdg 20.",
    );
  if (types.length === 0)
    throw dataError("no_defect_types", "there is no defect type to allocate to", "Name at least one.");
  if (new Set(types).size !== types.length)
    throw dataError(
      "defect_type_duplicate",
      "a defect type is named twice",
      "Merge the lines of the defect spec.",
    );
  const each = Math.floor(total / types.length);
  return new Map(types.map((type, i) => [type, each + (i < total % types.length ? 1 : 0)]));
}
