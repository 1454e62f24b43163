import path from "node:path";
import { z } from "zod";
import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { type Emit, silent } from "../../kit/events.js";
import {
  exists,
  hashFile,
  hashText,
  readJson,
  toJson,
  writeFileAtomic,
  writeJsonAtomic,
} from "../../kit/files.js";
import { requireApart } from "../../kit/folders.js";
import { imageSize } from "../../kit/images.js";
import { sweep } from "../../kit/leftovers.js";
import { type LabelledType, listLabelled } from "../bank/labelled.js";
import { type BankItem, cutSpecimens } from "../bank/specimen.js";
import { checkFit } from "../own-output.js";
import { kindOf, RECIPE, type Settings } from "../paint/index.js";
import { type DefectEncoder, patchEncoder } from "../quality/features.js";
import { spreadOut } from "./bank-order.js";
import { conductorVote } from "./conductor.js";
import { configText } from "./config.js";
import { LAYOUT, stepFile } from "./layout.js";
import { FORMAT, readSynthCheckpoint } from "./read.js";
import { type StepScores, unreadClean, validateStep, validCsv } from "./validate.js";

/** What the fitted steps differ in: share of the bank, strength and variety. Step 0 knows shapes and names alone. */
export const STEPS: readonly Readonly<{ step: number; share: number; settings: Settings }>[] = [
  { step: 500, share: 0.25, settings: { strength: 1, variety: 0.2 } },
  { step: 1000, share: 0.5, settings: { strength: 1, variety: 0.5 } },
  { step: 2000, share: 1, settings: { strength: 1, variety: 0.5 } },
  { step: 4000, share: 1, settings: { strength: 1, variety: 1 } },
];

/** `fit.json`: the scores of the steps that were validated. */
const keptSchema = z.object({
  fingerprint: z.string(),
  steps: z.array(
    z.object({
      step: z.number(),
      nn: z.record(z.string(), z.number()),
      mnn: z.record(z.string(), z.number()),
    }),
  ),
});

export type FitOptions = Readonly<{
  /** Dataset folder in the layout of contract 7. */
  dataset: string;
  /** Checkpoint folder; what an interrupted fit left there is used again. */
  output: string;
  seed?: number;
  /** Name of the run in ag_config.yaml. */
  name?: string;
  /** Judges the steps; default: the built-in patch encoder. */
  encoder?: DefectEncoder;
  emit?: Emit;
  signal?: AbortSignal;
}>;

export type FitResult = Readonly<{
  output: string;
  types: readonly Readonly<{ defectType: string; specimens: number; pictured: number }>[];
  steps: readonly StepScores[];
  best: number;
  problems: readonly Problem[];
}>;

/**
 * Learns from labelled defects: cuts a bank of specimens (masks, pictures, colour relation to the surroundings), makes
 * several steps out of it that differ in size and freedom, and validates each by the nn_score of defects painted with
 * specimens left out. Same dataset and seed, same bytes. Pictures that cannot be used become problems.
 *
 * Throws `no_defect_types`, `dataset_folder_missing`, `no_specimens`, `output_exists`,
 * `output_inside_input`, or write errors.
 */
export async function fitCheckpoint(o: FitOptions): Promise<FitResult> {
  const emit = o.emit ?? silent;
  const encoder = o.encoder ?? patchEncoder;
  const seed = o.seed ?? 0;
  const listed = await listLabelled(o.dataset);
  // A checkpoint among the pictures would be a part of the next dataset.
  await requireApart(o.dataset, o.output);
  await checkFit(o.output);
  await sweep(o.output);
  const problems = [...listed.problems];
  const looked = await readableCleans(listed.types, problems);
  const { items, singles } = await cutBank(o, looked, problems, emit);
  const types = looked.filter((t) => items.some((i) => i.defectType === t.defectType));
  if (types.length === 0)
    throw new ReflowError(
      "data",
      "no_specimens",
      "none of the labelled pictures can be used",
      "The problems say why, picture by picture.",
      { problems },
    );
  const ordered = types.flatMap((t) => spreadOut(items.filter((i) => i.defectType === t.defectType)));
  const index = {
    version: 1,
    types: await Promise.all(
      types.map(async (t) => ({
        defectType: t.defectType,
        texture: t.texture,
        anomaly: t.anomaly,
        // Placement splits masks into instances unless every training mask has several parts (contract 5.9).
        iterationGenerationMaxInstance: singles.has(t.defectType) ? 5 : 1,
        conductorIsDark: await conductorVote(o.output, t, ordered),
      })),
    ),
    items: ordered,
  };
  await writeJsonAtomic(path.join(o.output, LAYOUT.index), index);
  const config = { name: o.name ?? "reflow", dataset: o.dataset, seed };
  await writeFileAtomic(path.join(o.output, LAYOUT.config), configText(config, types, STEPS.at(-1)!.step));
  for (const { step, share, settings } of [{ step: 0, share: 0, settings: STEPS[0]!.settings }, ...STEPS]) {
    const chosen = Object.fromEntries(
      types.map((t) => {
        const own = ordered.filter((i) => i.defectType === t.defectType);
        return [t.defectType, own.slice(0, Math.ceil(share * own.length)).map((i) => i.id)];
      }),
    );
    const manifest = { format: FORMAT, version: 1, step, seed, settings, types: chosen };
    await writeJsonAtomic(path.join(o.output, LAYOUT.model, stepFile(step)), manifest);
  }
  await writeFileAtomic(path.join(o.output, LAYOUT.latest), `${stepFile(STEPS.at(-1)!.step)}\n`);
  const steps = await validateAll(
    o,
    types,
    hashText(toJson([RECIPE, STEPS, index, await cleansOf(types), seed, encoder.name])),
    encoder,
    seed,
    emit,
    problems,
  );
  for (const t of types)
    if (t.clean.length === 0)
      problems.push({
        code: "clean_images_missing",
        severity: "warning",
        message: `"${t.defectType}" has no clean pictures: its steps cannot be validated`,
        hint: `Add defect-free pictures to ${t.texture}/clean_image.`,
        where: { field: t.defectType },
      });
  for (const t of types) {
    const own = ordered.filter((i) => i.defectType === t.defectType);
    if (own.length === 1 && own[0]?.picture) problems.push(single(t));
  }
  const { step: best } = await readSynthCheckpoint(o.output);
  return {
    output: o.output,
    types: types.map((t) => {
      const own = ordered.filter((i) => i.defectType === t.defectType);
      return {
        defectType: t.defectType,
        specimens: own.length,
        pictured: own.filter((i) => i.picture).length,
      };
    }),
    steps,
    best,
    problems,
  };
}

/** Cuts all pictures, writes the bank's files, and notes which types have masks of a single part. */
async function cutBank(
  o: FitOptions,
  types: readonly LabelledType[],
  problems: Problem[],
  emit: Emit,
): Promise<{ items: BankItem[]; singles: Set<string> }> {
  const items: BankItem[] = [];
  const singles = new Set<string>();
  const total = types.reduce((n, t) => n + t.files.length, 0);
  let done = 0;
  for (const t of types)
    for (const file of t.files) {
      o.signal?.throwIfAborted();
      try {
        const source = path
          .relative(o.dataset, file.image ?? file.mask)
          .split(path.sep)
          .join("/");
        const { cut, parts } = await cutSpecimens(file, t.defectType, source);
        if (parts < 2) singles.add(t.defectType);
        for (const { item, files } of cut) {
          for (const [name, bytes] of files) {
            const to = path.join(o.output, LAYOUT.bank, name);
            if (!(await isWhole(to, name))) await writeFileAtomic(to, bytes);
          }
          items.push(item);
        }
        if (file.image === undefined && kindOf(t.anomaly) === undefined && cut.length > 0)
          singleWarning(problems, t);
      } catch (error) {
        if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
        const { code, message, hint, where } = error;
        problems.push({ code, severity: "error", message, hint, where: where ?? { file: file.mask } });
      }
      emit({ type: "progress", what: "bank", done: ++done, total, unit: "pictures" });
    }
  return { items, singles };
}

/** Names and hashes of the pictures that validation paints on. */
async function cleansOf(types: readonly LabelledType[]): Promise<readonly (readonly string[])[]> {
  const files = [...new Set(types.flatMap((t) => t.clean))].sort();
  return Promise.all(files.map(async (file) => [path.basename(file), await hashFile(file)]));
}

/** The types with those clean pictures that can be opened; the others are told, once each. */
async function readableCleans(types: readonly LabelledType[], problems: Problem[]): Promise<LabelledType[]> {
  const faults = new Map<string, Problem>();
  for (const file of new Set(types.flatMap((t) => t.clean)))
    try {
      await imageSize(file);
    } catch (error) {
      if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
      faults.set(file, unreadClean(error, file));
    }
  problems.push(...faults.values());
  return types.map((t) => ({ ...t, clean: t.clean.filter((file) => !faults.has(file)) }));
}

/** Files of the bank are named by what is in them: a damaged one is written again. */
async function isWhole(file: string, name: string): Promise<boolean> {
  return (
    (await exists(file)) && (await hashFile(file).catch(() => "")).slice(0, 24) === path.parse(name).name
  );
}

function single(t: LabelledType): Problem {
  return {
    code: "specimen_single",
    severity: "info",
    message: `"${t.defectType}" has one specimen: all that is made will look like it`,
    hint: "Label more pictures of it.",
    where: { field: t.defectType },
  };
}

function singleWarning(problems: Problem[], t: LabelledType): void {
  if (problems.some((p) => p.code === "look_unknown" && p.where?.field === t.defectType)) return;
  problems.push({
    code: "look_unknown",
    severity: "warning",
    message: `"${t.defectType}" has masks but no pictures, and its name says nothing: it will be drawn as a stain`,
    hint: `Add pictures to ${t.texture}/anomaly_image/${t.anomaly}.`,
    where: { field: t.defectType },
  });
}

/** Validates the steps that an earlier fit of the same bank has not validated yet. */
async function validateAll(
  o: FitOptions,
  types: readonly LabelledType[],
  fingerprint: string,
  encoder: DefectEncoder,
  seed: number,
  emit: Emit,
  problems: Problem[],
): Promise<StepScores[]> {
  const file = path.join(o.output, LAYOUT.fit);
  // What cannot be read any more is validated again.
  const kept = keptSchema.safeParse(await readJson(file).catch(() => undefined)).data;
  const done = new Map(kept?.fingerprint === fingerprint ? kept.steps.map((s) => [s.step, s] as const) : []);
  const unread = (p: Problem): void => {
    if (!problems.some((q) => q.where?.file === p.where?.file)) problems.push(p);
  };
  const all = [0, ...STEPS.map((s) => s.step)];
  const scores: StepScores[] = [];
  for (const [k, step] of all.entries()) {
    o.signal?.throwIfAborted();
    const own =
      done.get(step) ??
      (await validateStep({
        root: o.output,
        step,
        types,
        encoder,
        seed,
        unread,
        ...(o.signal ? { signal: o.signal } : {}),
      }));
    scores.push(own);
    const to = path.join(o.output, LAYOUT.valid, String(step), "valid_kpi.csv");
    if (Object.keys(own.nn).length > 0) await writeFileAtomic(to, validCsv(own));
    await writeJsonAtomic(file, { fingerprint, encoder: encoder.name, seed, steps: scores });
    emit({ type: "progress", what: "validation", done: k + 1, total: all.length, unit: "steps" });
  }
  if (scores.length === 0) throw dataError("no_steps", "no step was fitted", "Report this.");
  return scores;
}
