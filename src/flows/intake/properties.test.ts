import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRoot } from "../knobs/index.js";
import { ROOT_PLACEHOLDER } from "./plan.js";
import { MOST_QUESTIONS, resolve } from "./resolve.js";
import type { Answers, Environment, IntakeRequest, Memory, Question, Resolution } from "./types.js";

const WORDS = [
  "generate me 10 images",
  "give me defects",
  "smoke test",
  "finetune",
  "train",
  "Day 0",
  "Day 1",
  "pcb",
  "metal",
  "glass",
  "on 0603_H100",
  "on 1152819000",
  "for dense",
  "board 0402",
  "another board",
  "try board acme-9",
  "bridges",
  "missing",
  "scratches",
  "cracks",
  "tombstones",
  "shifts",
  "not solder",
  "except sideflip",
  "good images",
  "structural",
  "texture",
  "with its photo",
  "skip alignment",
  "my dataset",
  "60",
  "fifty",
  "1.500 images",
  "2.5 images",
  "20 raw patches",
  "max 3 emitted",
  "40 of each",
  "full coverage",
  "on 4 GPUs",
  "to 10000 steps",
  "crop_max_emit=3",
  "num_sdg=7",
  "render_patches=0",
  "render patches 4",
  "num_sgd=1",
  "local endpoint",
  "http://e:1/v1",
  "all defects",
  "plan only",
  "set up",
  "upload my zip",
  "show me the results",
  "results",
  "no training",
  "then",
  "s3://said/root",
  "two flows",
];
const sentence = fc.oneof(
  fc.array(fc.constantFrom(...WORDS), { minLength: 0, maxLength: 6 }).map((w) => w.join(", ")),
  fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }).map((w) => w.join(" ")),
  fc.string(),
);
const memory: fc.Arbitrary<Memory> = fc.record(
  {
    dig_url_root: fc.constant("s3://kept/root"),
    pool: fc.constant("p"),
    board: fc.constant("mixed"),
    endpoint: fc.constant("http://kept:1/v1"),
  },
  { requiredKeys: [] },
);
const env: fc.Arbitrary<Environment> = fc.record(
  {
    platform: fc.constantFrom("local" as const, "osmo" as const),
    boards: fc.constantFrom(["dense", "mixed"], ["0603_H100", "1152819000", "dense", "mixed"]),
    pools: fc.constantFrom([], ["only"], ["a", "b", "c"]),
    poolCapacity: fc.constantFrom(1, 4),
    podTemplateForbidden: fc.boolean(),
  },
  { requiredKeys: ["platform"] },
);

const plansOf = (r: Resolution) =>
  r.kind === "plan" ? [r.plan, ...(r.plan.afterwards ? [r.plan.afterwards] : [])] : [];

/** Follows every answer that `pick` chooses until there is a plan or a stop. */
function walk(request: IntakeRequest, m: Memory, e: Environment, pick: (q: Question) => string): Answers {
  let answers: Answers = {};
  let before = Number.POSITIVE_INFINITY;
  for (;;) {
    const r = resolve({ ...request, answers }, m, e);
    if (r.kind !== "questions") return answers;
    expect(r.questions.length).toBeLessThan(before);
    before = r.questions.length;
    for (const q of r.questions) expect(answers).not.toHaveProperty(q.id);
    answers = { ...answers, ...Object.fromEntries(r.questions.map((q) => [q.id, pick(q)])) };
  }
}

describe("properties of the intake", () => {
  test("no plan uses a storage root that nobody confirmed", () => {
    fc.assert(
      fc.property(sentence, memory, env, fc.infiniteStream(fc.nat(3)), (text, m, e, picks) => {
        const given: string[] = [];
        const answers = walk({ text }, m, e, (q) => {
          const option = q.options[picks.next().value! % q.options.length]!;
          if (q.id === "Q-ROOT")
            given.push(option.input ? "s3://pasted/root" : option.sets.join().replace("dig_url_root=", ""));
          return option.input
            ? `${option.key}: ${q.id === "Q-ROOT" ? "s3://pasted/root" : "http://pasted:1/v1"}`
            : option.key;
        });
        const confirmed = [
          m.dig_url_root,
          text.includes("s3://said/root") ? "s3://said/root" : undefined,
          ...given,
        ];
        for (const plan of plansOf(resolve({ text, answers }, m, e))) {
          if (plan.root === ROOT_PLACEHOLDER)
            expect(["preview", "archive"].includes(plan.action) || /plan only/.test(text)).toBe(true);
          else expect(confirmed).toContain(plan.root);
          expect(plan.root === ROOT_PLACEHOLDER || isRoot(plan.root)).toBe(true);
          for (const word of [...plan.command, ...(plan.cluster ?? [])])
            if (word.startsWith("dig_url_root=")) expect(word).toBe(`dig_url_root=${plan.root}`);
        }
      }),
      { numRuns: 700 },
    );
  });

  test("at most four questions; two to four different options, the first recommended and no other", () => {
    fc.assert(
      fc.property(sentence, memory, env, (text, m, e) => {
        const r = resolve({ text }, m, e);
        if (r.kind !== "questions") return;
        expect(r.questions.length).toBeGreaterThan(0);
        expect(r.questions.length).toBeLessThanOrEqual(MOST_QUESTIONS);
        expect(new Set(r.questions.map((q) => q.id)).size).toBe(r.questions.length);
        if (r.questions.some((q) => q.id === "Q-ROOT")) expect(r.questions[0]!.id).toBe("Q-ROOT");
        for (const { options } of r.questions) {
          expect(options.length).toBeGreaterThanOrEqual(2);
          expect(options.length).toBeLessThanOrEqual(4);
          expect(options.map((o) => o.recommended)).toEqual(options.map((_, i) => i === 0));
          expect(new Set(options.map((o) => o.key)).size).toBe(options.length);
          expect(new Set(options.map((o) => o.label)).size).toBe(options.length);
        }
      }),
      { numRuns: 700 },
    );
  });

  test("one answer alone leaves fewer questions, a plan or a stop", () => {
    fc.assert(
      fc.property(sentence, memory, env, (text, m, e) => {
        const r = resolve({ text }, m, e);
        if (r.kind !== "questions") return;
        // The fifth question of a batch moves up when one of the four is answered.
        const open = r.questions.length < MOST_QUESTIONS ? r.questions.length : MOST_QUESTIONS + 1;
        for (const q of r.questions)
          for (const o of q.options) {
            const answers = {
              [q.id]: o.input
                ? `${o.key}: ${q.id === "Q-ROOT" ? "s3://pasted/root" : "http://pasted:1/v1"}`
                : o.key,
            };
            const next = resolve({ text, answers }, m, e);
            if (next.kind !== "questions") continue;
            expect(next.questions.length).toBeLessThan(open);
            expect(next.questions.map((n) => n.id)).not.toContain(q.id);
          }
      }),
      { numRuns: 400 },
    );
  });

  test("pure: the same arguments give the same result, and nothing is thrown", () => {
    fc.assert(
      fc.property(sentence, memory, env, (text, m, e) => {
        expect(resolve({ text }, m, e)).toEqual(resolve({ text }, m, e));
      }),
    );
  });
});
