import { ReflowError } from "../../kit/errors.js";
import { nearestName } from "../../kit/nearest-name.js";
import { planFor } from "./plan.js";
import { type Asked, checkedRoot } from "./questions/index.js";
import { checkSlots, slotsOf, usageError } from "./slots.js";
import { openQuestions, type Situation } from "./triggers.js";
import {
  type Answers,
  type Environment,
  type IntakeRequest,
  type Memory,
  QUESTION_IDS,
  type QuestionId,
  type Resolution,
} from "./types.js";

/** Questions in one batch at most (dig 3.1). */
export const MOST_QUESTIONS = 4;

/** Lower is asked first when more than four are open. */
const WEIGHT: Readonly<Partial<Record<QuestionId, number>>> = {
  "Q-ROOT": 0,
  "Q-POOL": 2,
  "Q-ENDPOINT": 3,
  "Q-CAPACITY": 3,
  "Q-PODS": 4,
};

/**
 * Turns a request, what is remembered and what is known of the surroundings into a plan, into at most four questions
 * with two to four exclusive options each (the first one recommended), or into a stop with its reason (dig 3).
 * Pure: equal arguments give an equal result; nothing is read, written or run. The storage root of a plan always
 * comes from the request, the memory or an answer; a request for a plan only may carry `<dig_url_root>` instead.
 */
export function resolve(
  request: IntakeRequest,
  memory: Memory = {},
  env: Environment = { platform: "local" },
): Resolution {
  try {
    return resolved(request, memory, env);
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    return Object.freeze({ kind: "stop", code: error.code, message: error.message, hint: error.hint });
  }
}

function resolved(request: IntakeRequest, memory: Memory, env: Environment): Resolution {
  let slots = slotsOf(request, env);
  const used = new Set<QuestionId>();
  let podConfirmed = false;
  const answers = request.answers ?? {};
  requireKnown(answers);
  if (slots.root !== undefined) checkedRoot(slots.root, env);
  for (;;) {
    checkSlots(slots);
    const now: Situation = { slots, memory, env, used, podConfirmed };
    const open = openQuestions(now);
    const answered = open.find((q) => Object.hasOwn(answers, q.question.id));
    if (answered) {
      const { podConfirmed: pod, ...patch } = answer(answered, answers[answered.question.id]!);
      used.add(answered.question.id);
      podConfirmed ||= pod === true;
      slots = { ...slots, ...patch };
      continue;
    }
    if (open.length === 0) return Object.freeze({ kind: "plan", plan: planFor(now) });
    return Object.freeze({
      kind: "questions",
      questions: batch(withFollowers(now, open, answers)),
      notes: slots.notes,
    });
  }
}

/** A mistyped id must not leave its question open without a word. Throws `answer_unknown`. */
function requireKnown(answers: Answers): void {
  const unknown = Object.keys(answers).find((id) => !(QUESTION_IDS as readonly string[]).includes(id));
  if (unknown === undefined) return;
  const near = nearestName(unknown, QUESTION_IDS);
  throw usageError(
    "answer_unknown",
    `there is no question ${unknown}`,
    near ? `Did you mean ${near}?` : `The questions: ${QUESTION_IDS.join(", ")}.`,
  );
}

/**
 * The open questions and those that some answer to them would open: everything is asked in one batch, nothing is
 * chained (dig 3.1). An answer that its own question turns out not to need is ignored.
 */
function withFollowers(now: Situation, open: readonly Asked[], answers: Answers): readonly Asked[] {
  const found = new Map(open.map((q) => [q.question.id, q]));
  const states: (readonly [Situation, readonly Asked[]])[] = [[now, open]];
  for (let at = 0; at < states.length && at < MOST_STATES; at++) {
    const [state, asked] = states[at]!;
    for (const { question, effects } of asked)
      for (const option of question.options) {
        if (option.input !== undefined) continue;
        const next = after(state, question.id, effects[option.key]!);
        if (!next) continue;
        const fresh = openAfter(next).filter(
          ({ question: { id } }) => !found.has(id) && !Object.hasOwn(answers, id),
        );
        for (const q of fresh) found.set(q.question.id, q);
        if (fresh.length > 0) states.push([next, fresh]);
      }
  }
  return [...found.values()];
}

/** Looking ahead ends somewhere, even if a trigger should be wrong. */
const MOST_STATES = 16;

/** The situation after an answer; undefined where the answer ends the intake. */
function after(state: Situation, id: QuestionId, effect: Asked["effects"][string]): Situation | undefined {
  try {
    const { podConfirmed, ...patch } = effect("");
    return {
      ...state,
      slots: { ...state.slots, ...patch },
      used: new Set([...state.used, id]),
      podConfirmed: state.podConfirmed || podConfirmed === true,
    };
  } catch (error) {
    if (error instanceof ReflowError) return undefined;
    throw error;
  }
}

function openAfter(state: Situation): readonly Asked[] {
  try {
    return openQuestions(state);
  } catch (error) {
    if (error instanceof ReflowError) return [];
    throw error;
  }
}

/** The weightiest four, in the order of asking: root, pool, the rest, endpoint, pods. */
function batch(open: readonly Asked[]) {
  const weight = (q: Asked) => WEIGHT[q.question.id] ?? 1;
  const kept = [...open].sort((a, b) => weight(a) - weight(b)).slice(0, MOST_QUESTIONS);
  const order = (q: Asked) => ["Q-ROOT", "Q-POOL"].indexOf(q.question.id) + 1 || (weight(q) > 1 ? 9 : 5);
  return Object.freeze(kept.sort((a, b) => order(a) - order(b)).map((q) => q.question));
}

/**
 * The effect of an answer: an option's key or number, either with a text (`b: s3://bucket/dig`), the option's first `knob=value`,
 * or the pasted text alone.
 */
function answer({ question, effects }: Asked, given: string) {
  const text = given.trim();
  const [, key = "", pasted = ""] = /^([a-d1-4])(?:[:= ]\s*(\S.*))?$/is.exec(text) ?? [];
  const byKey = question.options.find(
    (o, i) => key !== "" && (o.key === key.toLowerCase() || key === String(i + 1)),
  );
  const exact =
    byKey ??
    question.options.find((o) => [o.label.replace(/ \(Recommended\)$/, ""), ...o.sets].includes(text));
  const typed = question.options.find((o) => o.input !== undefined);
  const option = exact ?? typed;
  if (!option || text === "") {
    const near = nearestName(
      text,
      question.options.map((o) => o.key),
    );
    throw usageError(
      "answer_invalid",
      `"${given}" is no answer to ${question.id}`,
      `Answer ${question.options.map((o) => o.key).join(", ")}${near ? "" : " as the question lists them"}.`,
    );
  }
  const value = exact ? pasted : text;
  if (option.input !== undefined && value === "")
    throw usageError(
      "answer_incomplete",
      `${question.id} ${option.key} needs a value: ${option.input}`,
      `Answer "${option.key}: <${option.input}>".`,
    );
  return effects[option.key]!(value);
}
