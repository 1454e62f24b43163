import type { Problem } from "../../kit/errors.js";
import { checked } from "./check.js";
import { type ComponentRegistry, resolveComponentTypes } from "./registry.js";
import { type RenderConfig, renderConfigSchema } from "./schema.js";
import { expandVariables } from "./variables.js";
import type { KeyPath, YamlFile } from "./yaml-file.js";

export type MergedConfig = Readonly<{
  config?: RenderConfig;
  /** Both files merged, as written, variables replaced: what metadata files record. */
  merged: Readonly<Record<string, unknown>>;
  problems: readonly Problem[];
}>;

/** Always given by the caller at run time, so that an unresolved variable in them does not matter. */
const GIVEN_AT_RUN_TIME: ReadonlySet<unknown> = new Set(["scene", "output"]);

/**
 * Merges the board's file with an image file, replaces variables and validates (contract 1.6). A key that stands in
 * both files is an error, "boundary violation". All problems come back, each with file, line and column.
 */
export function mergeConfig(
  target: YamlFile,
  image: YamlFile,
  o: { variables: Readonly<Record<string, string>>; registry?: ComponentRegistry | undefined },
): MergedConfig {
  const problems: Problem[] = [...target.problems, ...image.problems];
  if (problems.length > 0) return { merged: {}, problems };
  for (const key of Object.keys(image.value))
    if (Object.hasOwn(target.value, key))
      problems.push({
        code: "boundary_violation",
        severity: "error",
        message: `the key ${key} stands in both ${image.file} and ${target.file}`,
        hint: "Keep it in one of the two: what belongs to the board in pcba_target.yaml, the rest in the image file.",
        where: image.placeOfKey([], key),
      });
  const sourceOf = (path: KeyPath): YamlFile =>
    path.length > 0 && Object.hasOwn(image.value, path[0] as string) ? image : target;
  const { value: merged, unresolved } = expandVariables({ ...target.value, ...image.value }, o.variables);
  for (const { path, name } of unresolved)
    if (!GIVEN_AT_RUN_TIME.has(path[0]))
      problems.push({
        code: "variable_unknown",
        severity: "error",
        message: `the variable ${name} has no value`,
        hint: `Give it one, or write the text itself.`,
        where: sourceOf(path).placeOf(path),
      });
  const result = checked(renderConfigSchema, merged, {
    placeOf: (path) => sourceOf(path).placeOf(path),
    placeOfKey: (path, key) => sourceOf([...path, key]).placeOfKey(path, key),
  });
  problems.push(...result.problems);
  if (!result.value) return { merged, problems };
  const { component_types: given, ...rest } = result.value;
  problems.push(...crossChecks(rest, sourceOf));
  const types =
    given === undefined ? undefined : resolveComponentTypes(given, o.registry, sourceOf(["component_types"]));
  if (types?.problem) problems.push(types.problem);
  const config: RenderConfig = { ...rest, ...(types?.value ? { component_types: types.value } : {}) };
  return { ...(problems.some((p) => p.severity === "error") ? {} : { config }), merged, problems };
}

/** What one field alone cannot tell. */
function crossChecks(
  config: Omit<RenderConfig, "component_types">,
  sourceOf: (path: KeyPath) => YamlFile,
): Problem[] {
  const problems: Problem[] = [];
  const error = (path: KeyPath, code: string, message: string, hint: string) =>
    problems.push({ code, severity: "error", message, hint, where: sourceOf(path).placeOf(path) });
  const { lighting } = config;
  if (!config.use_scene_lights && !config.reflow.lightings) {
    if (!lighting)
      error(["lighting"], "key_missing", "lighting is missing", "Add it, or set use_scene_lights: true.");
    else if (lighting.ring_light && !lighting.layers)
      error(
        ["lighting"],
        "key_missing",
        "lighting.ring_light is true, but lighting.layers is missing",
        "Add the layers, or set ring_light: false.",
      );
    else if (!lighting.ring_light && !lighting.white_light)
      error(
        ["lighting"],
        "key_missing",
        "lighting.ring_light is false, but lighting.white_light is missing",
        "Add white_light, or set ring_light: true.",
      );
  }
  if (config.pipeline_type === "defect" && !config.defects)
    error(["pipeline_type"], "key_missing", "pipeline_type is defect, but defects is missing", "Add it.");
  if (config.pipeline_type === "missing" && !config.missing && !config.defects?.missing)
    error(
      ["pipeline_type"],
      "key_missing",
      "pipeline_type is missing, but missing.ratio is not given",
      "Add it.",
    );
  const { x_num, y_num, x_start, z } = config.scan_grid;
  if (x_num == null && y_num == null && x_start === undefined && z === undefined)
    error(
      ["scan_grid"],
      "grid_invalid",
      "scan_grid gives neither x_num nor y_num",
      "Give the number of cells along one axis or both.",
    );
  for (const name of ["tombstone", "sideflip"] as const) {
    const tilt = config.defects?.[name];
    if (tilt && tilt.angle_min > tilt.angle_max)
      error(
        ["defects", name, "angle_min"],
        "value_invalid",
        `defects.${name}: angle_min is larger than angle_max`,
        "Swap them.",
      );
  }
  return problems;
}
