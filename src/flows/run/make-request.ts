import { ReflowError } from "../../kit/errors.js";
import type { FlowCookbook } from "../cookbook/index.js";
import type { FlowDefinition } from "./definition.js";
import { checkName, stampOf } from "./stamp.js";
import type { FlowRequest, Knobs, KnobValue } from "./types.js";

/**
 * A checked request: knobs resolved (given, else the cookbook's, else the default), a name with a stamp. Throws
 * usage errors for knobs that are unknown or belong to another flow, and `usecase_wrong` for a cookbook of another use
 * case.
 */
export function makeRequest(
  definition: FlowDefinition,
  cookbook: FlowCookbook,
  o: Readonly<{ seed: number; set: Readonly<Record<string, string>> }>,
): FlowRequest {
  if (definition.usecases.length > 0 && !definition.usecases.includes(cookbook.usecase))
    throw new ReflowError(
      "usage",
      "usecase_wrong",
      `${definition.id} works on boards (${definition.usecases.join(", ")}), the cookbook ${cookbook.name} is of ${cookbook.usecase}`,
      "For metal and glass use `reflow generate day1-roi`.",
    );
  const knobs = resolve(definition, cookbook, o.set);
  const { name: given, ...rest } = knobs;
  const stamp = stampOf([definition.id, cookbook.name, o.seed, rest, cookbook.files]);
  const name = checkName(typeof given === "string" && given !== "" ? given : `${definition.prefix}-${stamp}`);
  return { flow: definition.id, name, cookbook, seed: o.seed, knobs: { ...rest, name } };
}

/** Until the table of knobs is there. */
const DEFAULTS: Readonly<Record<string, Knobs>> = {
  structural: { render_patches: 5, defect_modes: "all", crop_offset: 10, scene_filename: "spark_lighting.usd", dig_url_root: "" },
  good: { render_patches: -1, crop_max_emit: "", scene_filename: "spark_lighting.usd", dig_url_root: "" },
};

function resolve(
  definition: FlowDefinition,
  cookbook: FlowCookbook,
  set: Readonly<Record<string, string>>,
): Record<string, KnobValue> {
  const given = Object.fromEntries(
    Object.entries(set).map(([k, v]) => [k, /^-?\d+$/.test(v) ? Number(v) : v]),
  );
  return { ...DEFAULTS[definition.id], ...cookbook.settings.defaults[definition.id], ...given };
}
