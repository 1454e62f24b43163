import { dataError, type Problem, ReflowError } from "../kit/errors.js";

/** More samples than any run needs; a typing error, not a plan. */
export const MOST_SAMPLES = 100_000;

/**
 * Uniform allocation of `total` samples over the types, in spec order: everyone gets the same number and the
 * first `total mod n` types one more (contract 5.2). Throws `num_sdg_invalid`, `no_defect_types` or
 * `defect_type_duplicate`.
 */
export function allocate(types: readonly string[], total: number): ReadonlyMap<string, number> {
  check(types, total);
  const each = Math.floor(total / types.length);
  return new Map(types.map((type, i) => [type, each + (i < total % types.length ? 1 : 0)]));
}

/**
 * Allocation in proportion to the number of masks of each type, by largest remainder, ties in spec order (contract
 * 5.2, validation). Every type must get one, else `allocation_uncovered` says how many it takes. Throws as
 * {@link allocate} does, and `masks_missing` when there is no mask at all.
 */
export function allocateByMasks(
  types: readonly string[],
  total: number,
  masks: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  check(types, total);
  const counts = types.map((type) => masks.get(type) ?? 0);
  const sum = counts.reduce((a, b) => a + b, 0);
  if (sum === 0) throw dataError("masks_missing", "no defect type has a mask", "Add mask images.");
  const raw = counts.map((count) => (total * count) / sum);
  const shares = raw.map(Math.floor);
  const rest = total - shares.reduce((a, b) => a + b, 0);
  const order = types.map((_, i) => i).sort((a, b) => raw[b] - shares[b] - (raw[a] - shares[a]));
  for (const i of order.slice(0, rest)) shares[i]++;
  const without = types.filter((_, i) => shares[i] === 0);
  if (without.length > 0) {
    const least = Math.min(...counts.filter((count) => count > 0));
    const enough = Math.max(total, Math.ceil((3 * sum) / least));
    throw dataError(
      "allocation_uncovered",
      `with ${total} samples these types get none: ${without.join(", ")}`,
      `Ask for at least ${enough}, or take them out of the defect spec.`,
    );
  }
  return new Map(types.map((type, i) => [type, shares[i]]));
}

/** Exact numbers by type; what is not named gets none. Unknown names and another sum are told, not refused. */
export function allocateExactly(
  types: readonly string[],
  total: number,
  wanted: Readonly<Record<string, number>>,
): { allocation: ReadonlyMap<string, number>; problems: readonly Problem[] } {
  check(types, total);
  const problems: Problem[] = [];
  const warn = (message: string, hint: string): void => {
    problems.push({ code: "counts_differ", severity: "warning", message, hint });
  };
  const unknown = Object.keys(wanted).filter((type) => !types.includes(type));
  if (unknown.length > 0)
    warn(`counts for types that the defect spec does not name: ${unknown.join(", ")}`, "They are left out.");
  const allocation = new Map(types.map((type) => [type, Object.hasOwn(wanted, type) ? wanted[type] : 0]));
  const sum = [...allocation.values()].reduce((a, b) => a + b, 0);
  if (sum !== total) warn(`the counts add up to ${sum}, ${total} were asked for`, "The counts hold.");
  return { allocation, problems };
}

function check(types: readonly string[], total: number): void {
  if (!Number.isInteger(total) || total < 0 || total > MOST_SAMPLES)
    throw new ReflowError(
      "usage",
      "num_sdg_invalid",
      `the number of synthetic samples must be a whole number from 0 to ${MOST_SAMPLES}, not ${total}`,
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
}
