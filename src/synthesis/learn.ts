import { normaliseLabel } from "../dataset/label.js";
import type { PairRow } from "../dataset/row.js";
import { dataError, type Problem, ReflowError } from "../kit/errors.js";
import type { Emit } from "../kit/events.js";
import { type Random, seeded } from "../kit/random.js";
import { type CadClasses, readDefectSpec, usableName } from "../placement/index.js";
import { archetypeOf } from "./archetypes.js";
import type { Attention } from "./attention.js";
import { readDatasetFolder } from "./dataset-folder.js";
import { learnExemplars } from "./exemplars.js";
import { loadPair } from "./load.js";
import { makeRecipes, type Wanted } from "./recipes.js";
import { learnSurroundings } from "./surroundings.js";
import type { Canvas, Exemplar, Lightings, Recipe, Surroundings } from "./types.js";

/** Defect-free pairs that are looked at to learn what good crops are like. */
const LOOK = 48;

/** Most defect-free crops that are drawn on, picked by the seed; more would only fill the workers' memory. */
const MOST_CROPS = 8192;

/** Everything that drawing needs to know about a workspace. */
export type Learned = Readonly<{
  around: Surroundings;
  exemplars: readonly Exemplar[];
  recipes: readonly Recipe[];
  canvases: readonly Canvas[];
  classes: CadClasses;
  problems: readonly Problem[];
}>;

/** Where defects are learned from. */
export type LearnOptions = Readonly<{
  /** NG rows of the training set: the exemplars. */
  ngRows: readonly PairRow[];
  /** PASS rows of the training set: the crops that are drawn on, with their goldens. */
  cleanRows: readonly PairRow[];
  /** Types to make (labels); default: every label of `ngRows`, or every line of the spec. */
  defects?: readonly string[];
  /** `defect_spec.jsonl` and its folder (contract 7.1): used instead of `ngRows` and `cleanRows` when given. */
  defectSpec?: string;
  datasetDir?: string;
  /** The TEXTURE of `TEXTURE+ANOMALY` where no spec names it. */
  texture?: string;
  /** Heat maps of the current model for NG rows: they tell the defect from dirt. */
  attentionOf?: (rows: readonly PairRow[]) => Promise<readonly Attention[]>;
  seed: number;
  workers: number;
  signal?: AbortSignal;
}>;

/** Learns surroundings, exemplars and recipes, from a dataset folder when there is one, else from the rows. */
export async function learnTypes(o: LearnOptions, emit: Emit): Promise<Learned> {
  const random = seeded(o.seed).fork("learn");
  return o.defectSpec !== undefined && o.datasetDir !== undefined
    ? fromFolder(o, o.defectSpec, o.datasetDir, random)
    : fromRows(o, random, emit);
}

async function fromRows(o: LearnOptions, random: Random, emit: Emit): Promise<Learned> {
  if (o.cleanRows.length === 0)
    throw dataError(
      "no_clean_images",
      "there are no PASS rows to draw defects on",
      "The training set needs defect-free rows.",
    );
  const problems: Problem[] = [];
  const clean =
    o.cleanRows.length <= MOST_CROPS
      ? o.cleanRows
      : random.fork("crops").shuffle(o.cleanRows).slice(0, MOST_CROPS);
  const canvases = clean.map(
    (row): Canvas => ({
      test: row.test,
      golden: row.golden,
      name: row.objectName,
      place: row.golden[0],
    }),
  );
  const around = await surroundingsOf(canvases, random, problems);
  let done = 0;
  const learned = await learnExemplars(o.ngRows, around, {
    random,
    workers: o.workers,
    ...(o.attentionOf ? { attentionOf: o.attentionOf } : {}),
    ...(o.signal ? { signal: o.signal } : {}),
    onDone: (n) => {
      done += n;
      emit({ type: "progress", what: "exemplars", done, total: o.ngRows.length, unit: "rows" });
    },
  });
  problems.push(...learned.problems);
  const labels = o.defects
    ? [...new Set(o.defects.map(normaliseLabel))]
    : [...new Set(o.ngRows.map((row) => normaliseLabel(row.label)))].sort();
  const wanted = labels.flatMap((label): Wanted[] => {
    if (label === "PASS") return [];
    if (!usableName(label) || label.includes("+")) {
      problems.push({
        code: "label_unusable",
        severity: "warning",
        message: `no synthetic rows for the label ${JSON.stringify(label)}: it cannot name files`,
        hint: "Use letters, digits, blanks and . _ - only.",
      });
      return [];
    }
    const defectType = `${o.texture ?? "PCB"}+${label}`;
    return [{ label, defectType, dependency: "free", canvases: placesOf(label, o.ngRows, canvases) }];
  });
  const made = makeRecipes(wanted, learned.exemplars, around);
  return {
    around,
    exemplars: learned.exemplars,
    recipes: made.recipes,
    canvases,
    classes: [],
    problems: [...problems, ...made.problems],
  };
}

/** Fewest crops on which a type is drawn when it keeps to the places where it was seen. */
const FEWEST_CROPS = 8;

/**
 * The crops a type is drawn on. Where the same place is photographed again and again (crops share their golden with
 * NG rows), defects belong to certain places, and drawing them elsewhere teaches the model a wrong lesson: then
 * only crops of those places are used. Else all.
 */
function placesOf(label: string, ngRows: readonly PairRow[], canvases: readonly Canvas[]): number[] {
  const all = canvases.map((_, i) => i);
  const seen = new Set(
    ngRows.filter((row) => normaliseLabel(row.label) === label).map((row) => row.golden[0]),
  );
  const shared = all.filter((i) => seen.has(canvases[i].golden[0]));
  return shared.length >= FEWEST_CROPS ? shared : all;
}

async function fromFolder(o: LearnOptions, specFile: string, root: string, random: Random): Promise<Learned> {
  const { specs, problems } = await readDefectSpec(specFile);
  const asked = o.defects ? new Set(o.defects.map(normaliseLabel)) : undefined;
  const wantedSpecs = asked ? specs.filter((s) => asked.has(normaliseLabel(s.anomaly))) : specs;
  // The folder is read twice: what good crops are like has to be known before masks are judged.
  const plain = await readDatasetFolder(root, wantedSpecs, { floors: { level: 1, detail: 1, rough: 1 } });
  const around = await surroundingsOf(plain.canvases, random, []);
  const folder = around.twoTone ? await readDatasetFolder(root, wantedSpecs, around) : plain;
  const made = makeRecipes(folder.wanted, folder.exemplars, around);
  return {
    around,
    exemplars: folder.exemplars,
    recipes: made.recipes,
    canvases: folder.canvases,
    classes: folder.classes,
    problems: [...problems, ...folder.problems, ...made.problems],
  };
}

async function surroundingsOf(
  canvases: readonly Canvas[],
  random: Random,
  problems: Problem[],
): Promise<Surroundings> {
  const chosen = canvases.length <= LOOK ? canvases : random.fork("look").shuffle(canvases).slice(0, LOOK);
  let read = 0;
  async function* pairs(): AsyncGenerator<{ test: Lightings; golden: Lightings }> {
    for (const canvas of chosen) {
      try {
        const pair = await loadPair(canvas.test, canvas.golden);
        read++;
        yield canvas.test[0] === canvas.golden[0] ? { test: pair.golden, golden: pair.golden } : pair;
      } catch (error) {
        if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
        const { code, message, hint, where } = error;
        problems.push({ code, severity: "warning", message, hint, ...(where ? { where } : {}) });
      }
    }
  }
  const around = await learnSurroundings(pairs());
  if (read === 0 && chosen.length > 0)
    throw new ReflowError(
      "data",
      "no_clean_images",
      `none of ${chosen.length} defect-free crops can be read`,
      "Run `reflow doctor` on the workspace.",
      { problems },
    );
  return around;
}

/**
 * The labels that could be drawn: those with NG rows, and on two-tone boards the types known by name. For the
 * routing stage; a label that turns out to have no usable exemplar is still reported by `generate`.
 */
export function drawableLabels(
  ngLabels: Iterable<string>,
  asked: Iterable<string>,
  twoTone: boolean,
): string[] {
  const own = new Set([...ngLabels].map(normaliseLabel));
  own.delete("PASS");
  const known = twoTone ? [...asked].map(normaliseLabel).filter((label) => archetypeOf(label)) : [];
  return [...new Set([...own, ...known])].sort();
}
