import type { Problem } from "../../kit/errors.js";
import type { RenderConfig } from "../cookbook/index.js";

/**
 * Whether frames are named by their cell. Several samples of a cell, and the same cell of several triggers in one
 * folder, would overwrite each other: they keep their numbers.
 */
export function namedByCell(config: RenderConfig): boolean {
  return config.rename_to_grid_index && reasonForNumbers(config) === undefined;
}

/** What a cookbook asks for and does not get. */
export function planWarnings(config: RenderConfig): readonly Problem[] {
  const out: Problem[] = [];
  const warn = (code: string, message: string, hint: string, field: string) =>
    out.push({ code, severity: "warning", message, hint, where: { field } });
  const reason = reasonForNumbers(config);
  if (config.rename_to_grid_index && reason)
    warn(
      "names_by_number",
      `${reason} cannot share a cell's name: frames keep their numbers`,
      "Set samples_per_position: 1 and flat_output: false to name frames by cell.",
      "rename_to_grid_index",
    );
  return out;
}

function reasonForNumbers(config: RenderConfig): string | undefined {
  if (config.pipeline_type === "good" && config.samples_per_position > 1) return "several samples";
  if (config.flat_output && config.num_triggers > 1) return "several triggers in one folder";
  return undefined;
}
