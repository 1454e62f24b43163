import { ReflowError } from "../../kit/errors.js";
import { nearestName } from "../../kit/nearest-name.js";
import { boardAlias, STRUCTURAL_MODES, usecaseAlias } from "./facts.js";
import { FLOW_INFO, type FlowId, type KnobScope } from "./flows.js";
import { NAME_MAX, NAME_TOKEN, nameFault } from "./names.js";
import { isRoot, ROOT_FORMS, shownRoot } from "./root.js";
import { findKnob, KNOBS, knobsOf } from "./table.js";
import type { DefectPairs, Knob, KnobValue } from "./types.js";

/** A knob as given: checked and typed. */
export type Setting = Readonly<{ name: string; value: KnobValue }>;

/**
 * Reads `knob=value` for a flow or a set-up case.
 * Throws usage errors: `set_syntax`, `knob_unknown` (with the nearest name), `knob_other_flow`, `knob_value`,
 * `name_unsafe` (a name that a number cast would change), `knob_constant`.
 */
export function parseSet(text: string, scope: KnobScope): Setting {
  const cut = text.indexOf("=");
  const name = cut < 0 ? text.trim() : text.slice(0, cut).trim();
  if (cut < 1 || name === "")
    throw refuse("set_syntax", `"${text}" is not of the form knob=value`, "Write for example num_sdg=40.");
  return { name, value: parseKnob(name, text.slice(cut + 1).trim(), scope) };
}

/** All `knob=value` texts of one command; a knob given twice is refused (`set_twice`). */
export function parseSets(texts: readonly string[], scope: KnobScope): Readonly<Record<string, KnobValue>> {
  const out: Record<string, KnobValue> = {};
  for (const text of texts) {
    const { name, value } = parseSet(text, scope);
    if (Object.hasOwn(out, name)) throw refuse("set_twice", `${name} is given twice`, "Give each knob once.");
    out[name] = value;
  }
  return Object.freeze(out);
}

/** Checks one value of a knob; see {@link parseSet}. */
export function parseKnob(name: string, text: string, scope: KnobScope): KnobValue {
  return knobValue(requireKnob(name, scope), text);
}

/** The knob, if this scope has it. Throws `knob_unknown` or `knob_other_flow`. */
export function requireKnob(name: string, scope: KnobScope): Knob {
  const knob = findKnob(name);
  if (!knob) {
    const near =
      nearestName(
        name,
        knobsOf(scope).map((k) => k.name),
      ) ??
      nearestName(
        name,
        KNOBS.map((k) => k.name),
      );
    throw refuse(
      "knob_unknown",
      `there is no knob ${name}`,
      near
        ? `Did you mean ${near}?`
        : `The knobs of ${scope}: ${knobsOf(scope)
            .map((k) => k.name)
            .join(", ")}.`,
      name,
    );
  }
  if (!knob.scopes.includes(scope)) throw otherFlow(knob, scope);
  return knob;
}

/** The refusal `knob_other_flow`: why a knob does not belong to a flow, and what to use instead (dig 3.7). */
export function otherFlow(knob: Knob, scope: KnobScope): ReflowError {
  const instead: Readonly<Record<string, string>> = {
    "crop_max_emit structural":
      "Structural crops have no cap: set their number with render_patches, about 30 crops each.",
    "crop_max_emit day1-align": "Narrow crop.classes in the board's usd2roi_nvpcb.yaml instead.",
    "num_sdg structural": "Set the number of crops with render_patches, about 30 each.",
    "num_sdg good": "Set the number of crops with crop_max_emit, the raw frames with render_patches.",
    "defect_modes texture-day0":
      "Pose defects are the structural flow; name texture defects with anomaly_types_json.",
    "board day1-roi": "Manual regions need no board; use day1-align for a photo of a known board.",
  };
  const title = scope in FLOW_INFO ? FLOW_INFO[scope as FlowId].title : scope;
  return refuse(
    "knob_other_flow",
    `${knob.name} is no knob of ${title} (${scope})`,
    instead[`${knob.name} ${scope}`] ?? `It belongs to: ${knob.scopes.join(", ")}.`,
    knob.name,
  );
}

function refuse(code: string, message: string, hint: string, field?: string): ReflowError {
  return new ReflowError("usage", code, message, hint, field === undefined ? {} : { where: { field } });
}

/** Checks a text against the type of a knob. Throws `knob_value`, `name_unsafe` or `knob_constant`. */
export function knobValue(knob: Knob, text: string): KnobValue {
  const { type, name } = knob;
  const bad = (wanted: string, hint = `Example: ${name}=${example(knob)}`): never => {
    throw refuse("knob_value", `${name}=${shownRoot(text)}: expected ${wanted}`, hint, name);
  };
  switch (type.kind) {
    case "int": {
      const n = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
      const fits = n >= type.min && n <= (type.max ?? Number.MAX_SAFE_INTEGER);
      if (fits || type.also?.includes(n)) return n;
      return bad(
        intRange(type),
        name === "render_patches" ? "0 makes nothing; -1 covers the whole board." : undefined,
      );
    }
    case "cap":
      if (text === "" || text === "null") return text === "" ? "" : null;
      if (/^\d+$/.test(text) && Number(text) > 0 && Number.isSafeInteger(Number(text))) return Number(text);
      return bad("a whole number from 1, null (no cap) or nothing (as the cookbook says)");
    case "bool": {
      const word = text.toLowerCase();
      if (["true", "1", "yes"].includes(word)) return true;
      if (["false", "0", "no"].includes(word)) return false;
      return bad("true or false");
    }
    case "choice":
      return type.of.includes(text.toLowerCase()) ? text.toLowerCase() : bad(type.of.join(", "));
    case "constant":
      if (text === type.value) return text;
      throw refuse(
        "knob_constant",
        `${name} is always ${type.value}, never ${text}`,
        "Another model spoils the labels silently, also in a short test. Leave the knob out.",
        name,
      );
    case "pairs":
      return pairsOf(text, bad);
    case "modes":
      return modesOf(text, bad);
    case "board":
    case "usecase":
      return safeName(knob, text);
    case "name":
      return NAME_TOKEN.test(text) && text.length <= NAME_MAX
        ? text
        : bad(`a letter, then letters, digits, - and _, at most ${NAME_MAX}, not ending in - or _`);
    case "duration":
      return /^\d+(?:d|h|m|s|ms|us)?$/.test(text)
        ? text
        : bad("a duration such as 90m or 4h (one unit only)");
    case "quantity":
      return /^\d+(?:[TGMK]i?B?|[TGMK]iB|B|m)?$/.test(text) ? text : bad("an amount such as 64Gi");
    case "endpoint":
      return /^https?:\/\/[^\s/]+(?:\/\S*)?\/v1\/?$/.test(text)
        ? text.replace(/\/$/, "")
        : bad("a URL that ends in /v1");
    case "root":
      return isRoot(text) ? text.replace(/(?<=[^/:])\/+$/, "") : bad(ROOT_FORMS);
    case "prefix":
      return text === "" || isRoot(text) ? text : bad(ROOT_FORMS);
    case "file":
      return /^[^/\\\0]+$/.test(text) && text !== "." && text !== ".."
        ? text
        : bad("a file name without folders");
    case "path":
      return text !== "" && !/^[/\\]|\0|(?:^|[/\\])\.\.(?:[/\\]|$)/.test(text)
        ? text
        : bad("a path under the assets");
    case "sizes":
      return /^(?:2B|14B|2B 14B|14B 2B)$/.test(text) ? text : bad('"2B", "14B" or "2B 14B"');
    case "text":
      return text === "" ? bad("some text") : text;
  }
}

function intRange(type: Extract<Knob["type"], { kind: "int" }>): string {
  const range =
    type.max === undefined
      ? `a whole number from ${type.min}`
      : `a whole number from ${type.min} to ${type.max}`;
  return type.also ? `${range}, or ${type.also.join(" or ")}` : range;
}

function example(knob: Knob): string {
  const { type } = knob;
  if (type.kind === "pairs") return '[["passive_component","missing"]]';
  if (type.kind === "int") return String(Math.max(type.min, 1));
  if (type.kind === "name") return "my-run";
  if (type.kind === "root") return "s3://bucket/dig";
  return knob.default === undefined || knob.default === "" ? "…" : String(knob.default);
}

function pairsOf(text: string, bad: (wanted: string, hint?: string) => never): DefectPairs {
  // A single quote would end the word of the workflow's own quoting.
  if (text.includes("'")) return bad("no single quote in it");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad("JSON: [[material, defect], …]");
  }
  const ok =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (p) =>
        Array.isArray(p) && p.length === 2 && p.every((w) => typeof w === "string" && /^[\w-]+$/.test(w)),
    );
  if (!ok) return bad("a list of [material, defect], names of letters, digits, - and _");
  const pairs = value as [string, string][];
  const twice = pairs.find((p, i) => pairs.findIndex((q) => q.join("+") === p.join("+")) < i);
  if (twice) return bad(`each pair once, not ${twice.join("+")} twice`);
  return Object.freeze(pairs.map((p) => Object.freeze(p)));
}

function modesOf(text: string, bad: (wanted: string, hint?: string) => never): string {
  if (text === "all") return text;
  const words = text.split(",");
  for (const word of words)
    if (!(STRUCTURAL_MODES as readonly string[]).includes(word)) {
      const near = nearestName(word, STRUCTURAL_MODES);
      return bad(
        `all, or ${STRUCTURAL_MODES.join(", ")} with commas and no spaces`,
        near && `Did you mean ${near}?`,
      );
    }
  return new Set(words).size === words.length ? text : bad("each mode once");
}

function safeName(knob: Knob, text: string): string {
  const fault = nameFault(text);
  if (!fault) {
    if (knob.type.kind === "usecase" && text === "metal")
      throw refuse(
        "knob_value",
        "usecase=metal: the use case is called metal_surface",
        "Write usecase=metal_surface.",
        knob.name,
      );
    return text;
  }
  const meant = knob.type.kind === "board" ? boardAlias(text) : usecaseAlias(text);
  throw refuse(
    "name_unsafe",
    `${knob.name}=${text}: ${fault.why}`,
    meant
      ? `Write ${knob.name}=${meant}, which is that board.`
      : `Rename it, for example ${fault.suggestion}: begin with a letter, or use digits with hyphens.`,
    knob.name,
  );
}
