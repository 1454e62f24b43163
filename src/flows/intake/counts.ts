import { NUMBER_WORDS, wholeNumber } from "./numbers.js";
import type { Count } from "./types.js";

/** Every number of a sentence that means something, by what it counts. */
export type Numbers = Readonly<{
  counts: readonly Count[];
  gpus?: number;
  steps?: number;
  checkpoint?: number;
  /** A number with a noun that is no whole number from 1 to {@link MOST_IMAGES}. */
  bad?: string;
}>;

/** More images than any request means; larger numbers are slips. */
export const MOST_IMAGES = 1_000_000;

type What = Count["stage"] | "gpu" | "step" | "other";

/** Order matters: the first word after a number that is in the list decides. */
const NOUNS: readonly (readonly [RegExp, What])[] = [
  [/^gpus?$/, "gpu"],
  [/^(?:steps?|iterations?|iters?)$/, "step"],
  [/^(?:raw|patch|patches|cells?)$/, "patch"],
  [/^(?:emit|emits|emitted)$/, "emit"],
  [/^(?:crops?|rois?)$/, "crop"],
  [
    /^(?:defects?|defective|flaws?|anomal\w+|ng|bridg\w+|excess\w*|solder|missing|scratch\w*|discolou?r\w*|tombston\w*|shift\w*|sideflip\w*|structural|pose|texture|cracks?|blowholes?|frays?|breaks?|uneven|stains?|oil)$/,
    "defect",
  ],
  [/^(?:images?|pictures?|pics?|samples?|photos?|examples?|frames?|shots?|renders?|goldens?|ones)$/, "image"],
  [
    /^(?:hours?|h|minutes?|min|seconds?|days?|gb|gib|tb|percent|%|px|mm|pairs?|modes?|boards?|runs?|epochs?)$/,
    "other",
  ],
  [/^(?:from|with|for|on|of|and|to|in|at|then|by)$/, "other"],
];

/** "images of bridges", "pictures with a scratch": the images are the defect images. */
const OF_DEFECTS =
  /^[\s-]*(?:images?|pictures?|pics?|samples?|photos?|examples?|shots?|ones) (?:of|with|showing|that show) (?:[\w-]+ ){0,3}(?:defects?|bridg|excess|solder|missing|scratch|discolo|crack|blowhole|fray|stain|oil|uneven)/;

const NUMBER = new RegExp(
  `(?<![\\w.,_/-])(\\d+ ?[-–] ?\\d+|\\d+ (?:or|to) \\d+|between \\d+ and \\d+|\\d+e\\d+|-?\\d+(?:[.,_]\\d+)*k?|${NUMBER_WORDS})(?![\\w])`,
  "g",
);

/** Finds the numbers of a corrected lower-case sentence (board names and knobs are already taken out of it). */
export function findNumbers(text: string): Numbers {
  const counts: Count[] = [];
  const out: { gpus?: number; steps?: number; checkpoint?: number; bad?: string } = {};
  for (const m of text.matchAll(NUMBER)) {
    const written = m[1]!;
    const before = text.slice(Math.max(0, m.index - 24), m.index);
    const after = text.slice(m.index + m[0].length);
    const words = (/^[\s-]+((?:[\w%]+[\s-]*){1,5})/.exec(after)?.[1] ?? "").split(/[\s-]+/).filter(Boolean);
    const at = words.findIndex((w) => NOUNS.some(([noun]) => noun.test(w)));
    const what = at < 0 ? undefined : NOUNS.find(([noun]) => noun.test(words[at]!))![1];
    const digits = /^(?:-?\d|between)/.test(written);
    const n = written.endsWith("k") ? wholeNumber(written.slice(0, -1))! * 1000 : wholeNumber(written);

    if (/checkpoint(?: (?:at|of|from|step|at step|of step))?\s*$/.test(before)) out.checkpoint = n;
    else if (n === undefined && (what === "gpu" || what === "step")) out.bad ??= `${written} ${words[at]}`;
    else if (/\b(?:steps?|iterations?)\s*$/.test(before) || what === "step") out.steps = n;
    else if (what === "gpu") out.gpus = n;
    else if (
      what === "other" &&
      at === 0 &&
      words[0] !== "of" &&
      !/^(?:from|with|for|on|and|to|in|at|then|by)$/.test(words[0]!)
    )
      continue;
    else {
      const capped = /\b(?:max(?:imum)?|at most|up to)(?: of)?\s*$/.test(before);
      const perCell = /\bper (?:cell|material|view)\b/.test(after.slice(0, 40));
      const noun = what === "other" ? undefined : what;
      // A written number without a noun ("one", "two") is mostly no count.
      if (noun === undefined && !(digits && (at <= 0 || what === "other"))) continue;
      const phrase = `${written}${noun ? ` ${words.slice(0, at + 1).join(" ")}` : ""}`;
      if (n === undefined || n < 1 || n > MOST_IMAGES) {
        out.bad ??= phrase;
        continue;
      }
      const stage: Count["stage"] =
        noun === "emit" || perCell || (capped && (noun === "crop" || /^\W*(?:\w+ )?emit/.test(after)))
          ? "emit"
          : ((noun as Count["stage"] | undefined) ?? "image");
      const meant =
        stage === "image" && (OF_DEFECTS.test(after) || /^ of them\b/.test(after)) ? "defect" : stage;
      const each = /^[^,.;]*?\b(?:of each|each|per (?:defect|type|class|kind|mode))\b/.test(
        after.slice(0, 60),
      );
      counts.push({ n, stage: meant, each, phrase });
    }
  }
  return { counts, ...out };
}
