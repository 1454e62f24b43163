import { KNOBS } from "../knobs/index.js";
import { NUMBER_WORDS, wholeNumber } from "./numbers.js";

/** Short names that people use in sentences. */
const SPOKEN: Readonly<Record<string, string>> = {
  default_spatial_dependency: "spatial dependency",
  use_pretrained_checkpoint: "use pretrained checkpoint",
};

/**
 * Knobs named in words: `render patches 3`, `crop max emit of fifty`, `num-sdg to 40`. `rest` is the sentence without
 * them. Only knobs with a number, a choice or yes/no can be said this way.
 */
export function proseKnobs(
  text: string,
): Readonly<{ knobs: Readonly<Record<string, string>>; rest: string }> {
  const knobs: Record<string, string> = {};
  let rest = text;
  for (const { name, type } of KNOBS) {
    if (!name.includes("_") || !["int", "cap", "choice", "bool"].includes(type.kind)) continue;
    const spoken = (SPOKEN[name] ?? name).split(/[_ ]/).join("[ _-]?");
    const value =
      type.kind === "choice"
        ? type.of.join("|")
        : type.kind === "bool"
          ? "true|false|yes|no"
          : `-?\\d+(?:[.,]\\d+)*|null|${NUMBER_WORDS}`;
    const pattern = new RegExp(
      `(?<![\\w])(?:${spoken}|${name.split("_").join("[ _-]?")})s?(?:\\s*:\\s*|\\s+(?:is|of|to|at|as|set to)\\s+|\\s+)(${value})(?![\\w])`,
      "g",
    );
    rest = rest.replace(pattern, (_, said: string) => {
      const n =
        /^(?:null|true|false|yes|no)$/.test(said) || type.kind === "choice" ? undefined : wholeNumber(said);
      knobs[name] ??= n === undefined ? said : String(n);
      return " ";
    });
  }
  return { knobs, rest };
}
