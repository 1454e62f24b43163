import { usageError } from "../slots.js";
import type { Environment, Memory, Option, Question, QuestionId, Slots } from "../types.js";

export type Context = Readonly<{ slots: Slots; memory: Memory; env: Environment }>;

/** What an answer changes; `text` is what was pasted. Throws a refusal where the answer ends the intake. */
export type Apply = (text: string) => Partial<Slots> & { readonly podConfirmed?: true };

/** A question with the effect of each of its options. */
export type Asked = Readonly<{ question: Question; effects: Readonly<Record<string, Apply>> }>;

/** Label, what it sets (shown), its effect, and what may be pasted (shown). */
export type Choice = readonly [
  label: string,
  sets: readonly string[],
  effect: Partial<Slots> | Apply,
  input?: string,
];

/** The first choice is the recommended one. */
export function ask(
  id: QuestionId,
  text: string,
  choices: readonly Choice[],
  more: { table?: Question["table"] } = {},
): Asked {
  const options = choices.map(([label, sets, , input], i): Option => {
    const key = "abcd"[i]!;
    return Object.freeze({
      key,
      label: i === 0 ? `${label} (Recommended)` : label,
      sets,
      recommended: i === 0,
      ...(input !== undefined && { input }),
    });
  });
  const effects = Object.fromEntries(
    choices.map(([, , effect], i) => ["abcd"[i]!, typeof effect === "function" ? effect : () => effect]),
  );
  return { question: Object.freeze({ id, text, options, ...more }), effects };
}

/** The effect of an answer that ends the intake. */
export const cancelled: Apply = () => {
  throw usageError("cancelled", "cancelled; nothing was done", "Ask again when the answer is known.");
};

export const cancel: Choice = ["cancel", [], cancelled];

/** The request in its own words, to begin a question with. */
export const said = (s: Slots): string => (s.phrase === "" ? "The request" : `"${s.phrase}"`);
