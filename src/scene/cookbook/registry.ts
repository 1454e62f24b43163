import { z } from "zod";
import type { Problem } from "../../kit/errors.js";
import { exists } from "../../kit/files.js";
import { nearestName } from "../../kit/nearest-name.js";
import { checked } from "./check.js";
import { names } from "./fields.js";
import { readYamlFile, type YamlFile } from "./yaml-file.js";

/** Footprints of a family of boards: all of them, and named subsets. */
export type ComponentRegistry = Readonly<{
  file: string;
  all: readonly string[];
  subsets: Readonly<Record<string, readonly string[]>>;
}>;

const registrySchema = z.strictObject({
  all: names,
  subsets: z.record(z.string(), names).default({}),
});

/** Reads the first of the files that exists. */
export async function readRegistry(
  files: readonly string[],
): Promise<{ registry?: ComponentRegistry; problems: readonly Problem[] }> {
  for (const file of files) {
    if (!(await exists(file))) continue;
    const yaml = await readYamlFile(file);
    if (yaml.problems.length > 0) return { problems: yaml.problems };
    const { value, problems } = checked(registrySchema, yaml.value, yaml);
    return { ...(value ? { registry: { file, ...value } } : {}), problems };
  }
  return { problems: [] };
}

/**
 * The footprints that `component_types` names (contract 1.6): a list as it is, `0` none, `ALL` the registry's or,
 * without a registry, every footprint of the scene ("ALL"), a subset's name that subset.
 */
export function resolveComponentTypes(
  given: readonly string[] | string | 0,
  registry: ComponentRegistry | undefined,
  source: Pick<YamlFile, "placeOf">,
): { value?: readonly string[] | "ALL"; problem?: Problem } {
  if (Array.isArray(given)) return { value: given };
  const word = String(given);
  if (word === "0") return { value: [] };
  if (word === "ALL") return { value: registry?.all ?? "ALL" };
  const subsets = registry?.subsets ?? {};
  if (Object.hasOwn(subsets, word)) return { value: subsets[word] as readonly string[] };
  const near = nearestName(word, ["ALL", ...Object.keys(subsets)]);
  return {
    problem: {
      code: "component_types_unknown",
      severity: "error",
      message: `component_types: "${word}" is neither ALL, 0 nor a subset of ${registry?.file ?? "a registry (there is no components.yaml)"}`,
      hint: near ? `Did you mean ${near}?` : "List the footprints, or add the subset to components.yaml.",
      where: source.placeOf(["component_types"]),
    },
  };
}
