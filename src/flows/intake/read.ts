import { BOARDS, boardAlias, isRoot, KNOBS, nameFault } from "../knobs/index.js";
import { findNumbers } from "./counts.js";
import { proseKnobs } from "./prose-knobs.js";
import type { Count, Slots } from "./types.js";
import * as V from "./vocabulary.js";
import { corrected, splitNegated } from "./words.js";

export const EMPTY: Slots = Object.freeze({
  phrase: "",
  planOnly: false,
  flows: [],
  photo: false,
  manual: false,
  pcb: false,
  usecases: [],
  defects: [],
  modes: [],
  without: [],
  allDefects: false,
  anyDefect: false,
  knobs: {},
  otherModel: false,
  smoke: false,
  data: false,
  upload: false,
  setup: false,
  coverage: false,
  verb: false,
  generate: false,
  inTurn: false,
  confirmed: false,
  notes: [],
});

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Understands a sentence. Nothing is guessed: what is not said stays empty. Never throws. */
export function readSentence(sentence: string, boards: readonly string[] = Object.keys(BOARDS)): Slots {
  const slots: Writable<Slots> = { ...EMPTY, phrase: sentence.trim() };
  const taken = takeNames(sentence, boards, slots);
  const plain = corrected(taken)
    .replaceAll(/[’`´]/g, "'")
    .replaceAll(/\bno more than\b/g, "at most")
    .replaceAll(/\b(?:no|without|free of) (?:any )?defects?\b|\bdefect[- ]free\b/g, " goodimage ");
  const prose = proseKnobs(plain);
  slots.knobs = { ...prose.knobs, ...slots.knobs };
  const day = /\bday[- ]?(0|1|zero|one)\b/.exec(prose.rest)?.[1];
  if (day) slots.day = day === "0" || day === "zero" ? 0 : 1;
  const text = prose.rest.replaceAll(/\bday[- ]?(?:[01]|zero|one)\b/g, " ");
  const { wanted, unwanted } = splitNegated(text);

  const skip = V.SKIP_ALIGNMENT.test(text) || /\b(?:alignment|usd2roi)\b/.test(unwanted);
  slots.planOnly = V.PLAN_ONLY.test(wanted) || /\b(?:run|submit|running|submitting|execute)\b/.test(unwanted);
  slots.photo = V.PHOTO.test(wanted);
  slots.train = V.TRAIN.test(unwanted)
    ? false
    : V.TRAIN.test(wanted.replace(V.SHIPPED, " ").replace(V.TRAINING_AS_PURPOSE, " "))
      ? true
      : undefined;
  slots.flows = V.FLOW_WORDS.filter((f) => f.pattern.test(wanted)).map((f) => f.name);
  slots.manual = skip || slots.flows.includes("day1-roi");
  slots.flows = slots.flows.filter((f) => !(skip && f === "day1-align"));
  slots.usecases = V.USECASE_WORDS.filter((u) => u.pattern.test(wanted)).map((u) => u.name);
  slots.pcb = slots.usecases.includes("pcb") || skip || slots.day === 0 || slots.board !== undefined;
  readDefects(slots, wanted, unwanted);
  slots.smoke = V.SMOKE.test(wanted);
  slots.data = V.OWN_DATA.test(wanted);
  slots.setup = V.SETUP.test(wanted);
  slots.upload = V.UPLOAD.test(wanted);
  slots.coverage = V.COVERAGE.test(wanted);
  slots.verb = V.VERB.test(wanted);
  slots.generate = V.GENERATE.test(wanted);
  slots.otherModel = V.OTHER_MODEL.test(wanted);
  if (V.LOCAL_ENDPOINT.test(wanted)) slots.endpoint ??= "local";
  if (V.OTHER_BOARD.test(wanted) && slots.board === undefined) slots.otherBoard ??= "";
  readView(slots, wanted);
  readNumbers(slots, wanted);
  return Object.freeze(slots);
}

/** Takes URLs, `knob=value` and board names out of the sentence; they are never spelled differently. */
function takeNames(sentence: string, boards: readonly string[], slots: Writable<Slots>): string {
  const knobs: Record<string, string> = {};
  let text = joinedNames(sentence).replaceAll(
    /(?<![\w])([a-z][a-z0-9_]*)\s*=\s*(\[.*\]|"[^"]*"|'[^']*'|[^\s;]*)/gi,
    (_, name: string, value: string) => {
      const bare = value.startsWith("[")
        ? value
        : value.replace(/^(["'])(.*)\1$/, "$2").replace(/[,.]+$/, "");
      knobs[name === "root" ? "dig_url_root" : name] = bare;
      return " ";
    },
  );
  text = text.replaceAll(/\b[a-z][a-z0-9]*:\/\/[^\s,;)]+/gi, (found) => {
    const url = found.replace(/[.:!?]+$/, "");
    if (/^https?:/i.test(url)) slots.endpoint = url;
    else slots.root = url;
    return " ";
  });
  text = text.replaceAll(
    /\broot(?: folder)?(?: is| at| in| under| of|:)?\s+((?:\.{0,2}\/|~\/)[^\s,;]*)/gi,
    (_, path: string) => {
      if (isRoot(path)) slots.root = path;
      return " ";
    },
  );
  text = text.replaceAll(
    /\bpool\s+([A-Za-z][\w-]*\d[\w-]*|[A-Z][\w-]*|[a-z]+-[\w-]+)/g,
    (_, pool: string) => {
      slots.pool = pool;
      return " ";
    },
  );
  const known = [
    ...boards,
    ...boards.flatMap((b) => BOARDS[b]?.aliases ?? []),
    ...Object.values(BOARDS).flatMap((b) => [b.id, ...b.aliases]),
  ]
    .filter((name) => /\d/.test(name) || /[-_]/.test(name))
    .sort((a, b) => b.length - a.length);
  for (const name of known)
    text = text.replaceAll(new RegExp(`(?<![\\w-])${escaped(name)}(?![\\w-])`, "gi"), () => {
      slots.board ??= boardAlias(name) ?? name;
      return " ";
    });
  // Names that are ordinary words count beside "board", or at the end of "on dense".
  for (const name of boards.filter((b) => /^[a-z]+$/i.test(b)))
    text = text.replaceAll(
      new RegExp(
        `\\bboard ${name}\\b|\\b${name} board\\b|(?<=\\b(?:on|of|for) (?:the )?)${name}(?=\\s*(?:[,.;:]|$))`,
        "gi",
      ),
      () => {
        slots.board ??= name;
        return " board ";
      },
    );
  if (knobs.board !== undefined) {
    slots.board = boardAlias(knobs.board) ?? knobs.board;
    delete knobs.board;
  }
  slots.knobs = knobs;
  return takeUnknownBoard(text, slots);
}

const NOT_A_BOARD =
  /^(?:coverage|photos?|images?|pictures?|names?|with|and|to|from|for|is|in|at|the|flow|files?|scene|crops?|please)$/i;

function takeUnknownBoard(text: string, slots: Writable<Slots>): string {
  const rules = [
    /\b(?:try|use|using) (?:the )?board (?:called |named )?["']?([\w.-]*\w)/i,
    /\bboard (?:called |named )?["']?((?=[\w-]*[\dA-Z_-])[\w-]*\w)/,
    /\b(?:on|for|of) (?:the )?["']?(\d+(?:_\d+)+|0\d+|\d+e\d+)\b/i,
    /(?<!\w)(\d+(?:_\d+)+)(?!\w|\s+(?:images?|pictures?|samples?|defects?|steps|patches|crops))/,
  ];
  if (slots.board !== undefined) return text;
  for (const rule of rules) {
    const name = rule.exec(text)?.[1];
    if (name === undefined || NOT_A_BOARD.test(name)) continue;
    if (nameFault(name)) slots.board = name;
    else slots.otherBoard = name;
    return text.replace(name, " ");
  }
  return text;
}

function readDefects(slots: Writable<Slots>, wanted: string, unwanted: string): void {
  const without = V.DEFECT_WORDS.filter((d) => d.pattern.test(unwanted)).map((d) => d.name);
  if (V.SOLDER.test(unwanted)) without.push("bridge", "excess_solder");
  const inUsecase = slots.usecases.filter((u) => u !== "pcb");
  const defects = V.DEFECT_WORDS.filter(
    (d) =>
      d.pattern.test(wanted) &&
      (d.usecase === undefined ||
        inUsecase.includes(d.usecase) ||
        (inUsecase.length === 0 && d.name !== "MT_Break")),
  );
  // A defect that only one use case has names the use case.
  const named = [...new Set(defects.flatMap((d) => d.usecase ?? []))];
  if (slots.usecases.length === 0 && !slots.pcb && named.length > 0) {
    slots.usecases = named;
    slots.notes = [
      ...slots.notes,
      `Only ${named.join(" and ")} has ${defects.map((d) => d.name).join(", ")}.`,
    ];
  }
  slots.defects = defects.map((d) => d.name).filter((d) => !without.includes(d));
  if (slots.defects.length === 0 && V.SOLDER.test(wanted) && V.ANY_DEFECT.test(wanted))
    slots.defects = ["excess_solder", "bridge"].filter((d) => !without.includes(d));
  const offModes = V.MODE_WORDS.filter((m) => m.pattern.test(unwanted)).map((m) => m.name);
  // In the order in which they were said.
  slots.modes = V.MODE_WORDS.flatMap((m) => {
    const at = wanted.search(m.pattern);
    return at < 0 || offModes.includes(m.name) ? [] : [{ name: m.name, at }];
  })
    .sort((a, b) => a.at - b.at)
    .map((m) => m.name);
  slots.without = [...new Set([...without, ...offModes])];
  slots.allDefects = V.ALL_DEFECTS.test(wanted);
  slots.anyDefect = V.ANY_DEFECT.test(wanted);
}

function readView(slots: Writable<Slots>, wanted: string): void {
  const results = V.RESULTS.test(wanted);
  const preview = V.PREVIEW.test(wanted);
  const archive = V.ARCHIVE.test(wanted);
  if (results) slots.view = preview === archive ? "unclear" : preview ? "preview" : "archive";
  else if (archive && /\b(?:download|archive|fetch) (?:everything|it all|all|the run)\b/.test(wanted))
    slots.view = "archive";
  else if (/\bpreview\b/.test(wanted) && slots.flows.length === 0) slots.view = "preview";
}

function readNumbers(slots: Writable<Slots>, wanted: string): void {
  const { counts, gpus, steps, checkpoint, bad } = findNumbers(wanted);
  if (gpus !== undefined) slots.gpus = gpus;
  if (bad !== undefined) slots.badCount = bad;
  const knobs = { ...slots.knobs };
  if (steps !== undefined && slots.train) slots.steps = steps;
  const step = checkpoint ?? (slots.train ? undefined : steps);
  if (step !== undefined) knobs.checkpoint_step ??= String(step);
  const defects = counts.filter((c) => c.stage === "defect");
  const main =
    defects.length > 1 ? summed(defects) : (counts.find((c) => !STAGED.includes(c.stage)) ?? counts[0]);
  if (defects.length > 1)
    slots.notes = [...slots.notes, `${main?.phrase}: ${main?.n} in total, shared evenly.`];
  for (const c of counts) {
    if (c === main) continue;
    if (c.stage === "patch") knobs.render_patches ??= String(c.n);
    else if (c.stage === "emit") knobs.crop_max_emit ??= String(c.n);
  }
  if (main) slots.count = main;
  slots.knobs = knobs;
}

/** Counts that name the stage of a knob, and can stand beside a count of results. */
const STAGED: readonly Count["stage"][] = ["patch", "emit"];

/** "60 tombstones and 60 shifts". */
function summed(counts: readonly Count[]): Count {
  const phrase = counts.map((c) => c.phrase).join(" and ");
  return { n: counts.reduce((sum, c) => sum + c.n, 0), stage: "defect", each: false, phrase };
}

/** `num sdg = 12` is `num_sdg=12`. */
function joinedNames(sentence: string): string {
  return KNOBS.filter((k) => k.name.includes("_")).reduce(
    (text, { name }) =>
      text.replaceAll(new RegExp(`\\b${name.replaceAll("_", "[ -]")}(?=\\s*=)`, "gi"), name),
    sentence,
  );
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
