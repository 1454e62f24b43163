import { ReflowError } from "../../kit/errors.js";
import type { FlowCookbook } from "../cookbook/index.js";
import { FLOW_INFO, type KnobValues, knobText, parseKnob, parseSets, resolveKnobs } from "../knobs/index.js";
import type { FlowDefinition } from "./definition.js";
import { stampOf } from "./stamp.js";
import type { FlowRequest, Knobs } from "./types.js";

/**
 * A checked request: each knob as given with `knob=value`, else as the cookbook has it, else its default; and a name with
 * a stamp. Throws the usage errors of the knobs (a board's folder is
 * one: `name_unsafe`), `usecase_wrong` for a cookbook of another use case, and `cookbook_differs`.
 */
export function makeRequest(
  definition: FlowDefinition,
  cookbook: FlowCookbook,
  o: Readonly<{ seed: number; set: readonly string[] }>,
): FlowRequest {
  if (definition.usecases.length > 0 && !definition.usecases.includes(cookbook.usecase))
    throw new ReflowError(
      "usage",
      "usecase_wrong",
      `${definition.id} works on boards (${definition.usecases.join(", ")}), the cookbook ${cookbook.name} is of ${cookbook.usecase}`,
      "For metal and glass use `reflow generate day1-roi`.",
    );
  const given = parseSets(o.set, definition.id);
  const { name: _, ...knobs } = resolved(definition, cookbook, given);
  // Where the files lie does not change what is made of them.
  const { dig_url_root: __, ...asked } = knobs;
  const stamp = stampOf([definition.id, cookbook.name, o.seed, asked, cookbook.files]);
  const prefix = FLOW_INFO[definition.id].prefix;
  const name = typeof given.name === "string" ? given.name : `${prefix}-${stamp}`;
  return { flow: definition.id, name, cookbook, seed: o.seed, knobs: { name, ...knobs }, given: o.set };
}

function resolved(definition: FlowDefinition, cookbook: FlowCookbook, given: KnobValues): Knobs {
  const own: Record<string, Knobs[string]> = {};
  for (const [knob, value] of Object.entries(cookbook.settings.defaults[definition.id] ?? {}))
    own[knob] = parseKnob(knob, knobText(value), definition.id);
  const set: Record<string, Knobs[string]> = { ...own, ...given };
  // What the cookbook is about is not a choice.
  const board = definition.usecases.includes("pcb") ? cookbook.name : undefined;
  if (board !== undefined) {
    require("board", given.board, board);
    // A folder's name becomes a value that other machinery reads: it has to survive that.
    set.board = parseKnob("board", board, definition.id);
    if (cookbook.settings.board && given.scene_filename !== undefined)
      throw new ReflowError(
        "usage",
        "cookbook_differs",
        `scene_filename=${knobText(given.scene_filename)}, but the cookbook ${cookbook.name} builds its own board`,
        "Leave scene_filename out, or name a cookbook without `board:` in its flows.yaml.",
      );
  }
  if (["texture-day0", "day1-align", "day1-roi", "finetune"].includes(definition.id)) {
    require("usecase", given.usecase, cookbook.usecase);
    set.usecase = cookbook.usecase;
  }
  return Object.fromEntries(
    Object.entries(resolveKnobs(definition.id, set)).map(([k, { value }]) => [k, value]),
  );
}

function require(knob: string, given: Knobs[string] | undefined, known: string): void {
  if (given === undefined || given === known) return;
  throw new ReflowError(
    "usage",
    "cookbook_differs",
    `${knob}=${knobText(given)}, but the cookbook is ${known}`,
    `Leave ${knob} out, or name the other cookbook with --cookbook.`,
  );
}
