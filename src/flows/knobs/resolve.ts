import { PCBA_LITERAL, USECASES } from "./facts.js";
import type { FlowId } from "./flows.js";
import { defaultOf, knobsOf } from "./table.js";
import type { KnobValue, KnobValues } from "./types.js";

/** A value and where it came from; `usecase` is the Day 1 auto-swap. */
export type ResolvedKnob = Readonly<{ value: KnobValue; from: "set" | "default" | "usecase" }>;

/**
 * All knobs of a flow: what was set, else the default, with the defaults of the use case where the knob still holds
 * the PCBA text (dig 1.9, each knob on its own). A value that was set is never swapped. Knobs without default and
 * without value (`name`, `dig_url_root`) are left out.
 */
export function resolveKnobs(flow: FlowId, set: KnobValues): Readonly<Record<string, ResolvedKnob>> {
  const out: Record<string, ResolvedKnob> = {};
  for (const knob of knobsOf(flow)) {
    const given = Object.hasOwn(set, knob.name) ? set[knob.name] : undefined;
    const value = given ?? (given === null ? null : defaultOf(knob, flow));
    if (value === undefined) continue;
    out[knob.name] = { value, from: given === undefined ? "default" : "set" };
  }
  const facts = USECASES[String(out.usecase?.value ?? "")];
  if ((flow === "day1-align" || flow === "day1-roi") && facts && facts.id !== "pcb") {
    const swap: KnobValues = { anomaly_types_json: facts.taxonomy, checkpoint_step: facts.checkpointStep };
    for (const [name, value] of Object.entries(swap))
      if (out[name]?.from === "default" && same(out[name].value, PCBA_LITERAL[name]))
        out[name] = { value, from: "usecase" };
  }
  return Object.freeze(out);
}

/** A value as it is written after `knob=`. */
export function knobText(value: KnobValue): string {
  if (value === null) return "null";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
