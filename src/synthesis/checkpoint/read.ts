import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { dataError, ReflowError } from "../../kit/errors.js";
import { exists, readJson, readText } from "../../kit/files.js";
import { decodeImage } from "../../kit/images.js";
import { grey, threshold } from "../../vision/index.js";
import type { Settings, Specimen, TypeKnowledge } from "../paint/index.js";
import { LAYOUT, pickBestStep, stepFile, stepsIn } from "./layout.js";

/** Identifies our step files; other generators keep binary weights under the same names. */
export const FORMAT = "reflow-synthesis-step";

const itemSchema = z.object({
  id: z.string(),
  defectType: z.string(),
  mask: z.string().regex(/^[0-9a-f]{24}\.png$/),
  picture: z
    .string()
    .regex(/^[0-9a-f]{24}\.png$/)
    .nullable(),
  area: z.number(),
  long: z.number(),
  across: z.number(),
  angle: z.number(),
});

const bankSchema = z.object({
  version: z.literal(1),
  types: z.array(
    z.object({
      defectType: z.string(),
      texture: z.string(),
      anomaly: z.string(),
      conductorIsDark: z.boolean().nullable(),
    }),
  ),
  items: z.array(itemSchema),
});

const stepSchema = z.object({
  format: z.literal(FORMAT),
  step: z.number().int(),
  settings: z.object({ strength: z.number(), variety: z.number() }),
  types: z.record(z.string(), z.array(z.string())),
});

/** A checkpoint in memory: what one of its steps knows. */
export type Checkpoint = Readonly<{
  root: string;
  step: number;
  pickedBy: "nn_score" | "latest" | "fallback" | "asked";
  settings: Settings;
  types: ReadonlyMap<string, TypeKnowledge>;
}>;

/**
 * Opens a fitted checkpoint at a step; by default the best one ({@link pickBestStep}). Throws
 * `checkpoint_missing`, `checkpoint_step_missing`, `checkpoint_foreign`, `checkpoint_damaged` or read errors.
 */
export async function readSynthCheckpoint(root: string, step?: number): Promise<Checkpoint> {
  const config = path.join(root, LAYOUT.config);
  if (!(await exists(config)))
    throw dataError(
      "checkpoint_missing",
      `${root} is no checkpoint folder: it has no ${LAYOUT.config}`,
      "Name the --output of `reflow synth fit`.",
      { file: config },
    );
  await checkConfig(config);
  const picked = step === undefined ? await pickBestStep(root) : undefined;
  const at = step ?? picked?.step;
  const steps = await stepsIn(root);
  if (at === undefined || !steps.includes(at))
    throw dataError(
      "checkpoint_step_missing",
      at === undefined ? `${root} has no fitted step` : `${root} has no step ${at}`,
      steps.length > 0 ? `It has ${steps.join(", ")}.` : "Run `reflow synth fit` again.",
      { file: path.join(root, LAYOUT.model) },
    );
  const file = path.join(root, LAYOUT.model, stepFile(at));
  const manifest = await readStep(file);
  const bank = parsed(
    bankSchema,
    await readJson(path.join(root, LAYOUT.index)),
    path.join(root, LAYOUT.index),
  );
  const items = new Map(bank.items.map((i) => [i.id, i]));
  const types = new Map<string, TypeKnowledge>();
  for (const t of bank.types) {
    const specimens: Specimen[] = [];
    for (const id of manifest.types[t.defectType] ?? []) {
      const item = items.get(id);
      if (!item) throw damaged(file, `step ${at} names the specimen ${id}, which the bank lacks`);
      specimens.push(await readSpecimen(root, item));
    }
    types.set(t.defectType, {
      defectType: t.defectType,
      anomaly: t.anomaly,
      specimens,
      ...(t.conductorIsDark === null ? {} : { conductorIsDark: t.conductorIsDark }),
    });
  }
  return {
    root,
    step: at,
    pickedBy: picked?.by ?? "asked",
    settings: manifest.settings,
    types,
  };
}

async function readSpecimen(root: string, item: z.infer<typeof itemSchema>): Promise<Specimen> {
  const at = (name: string): string => path.join(root, LAYOUT.bank, name);
  const mask = threshold(grey(await decodeImage(at(item.mask), "gray")), 127);
  const picture = item.picture === null ? undefined : await decodeImage(at(item.picture));
  if (picture && (picture.width !== mask.width || picture.height !== mask.height))
    throw damaged(at(item.mask), "mask and picture of a specimen differ in size");
  const { id, defectType, long, across, angle, area } = item;
  return { id, defectType, mask, ...(picture ? { picture } : {}), long, across, angle, area };
}

async function readStep(file: string): Promise<z.infer<typeof stepSchema>> {
  let value: unknown;
  try {
    value = await readJson(file);
  } catch (error) {
    if (!(error instanceof ReflowError) || !["json_invalid", "not_utf8"].includes(error.code)) throw error;
    throw dataError(
      "checkpoint_foreign",
      `${path.basename(file)} holds the weights of another generator`,
      "Fit a checkpoint from the same dataset with `reflow synth fit`.",
      { file },
    );
  }
  return parsed(stepSchema, value, file);
}

async function checkConfig(file: string): Promise<void> {
  let value: unknown;
  try {
    value = parse(await readText(file));
  } catch (error) {
    if (error instanceof ReflowError) throw error;
    throw damaged(file, `not valid YAML: ${(error as Error).message.split("\n")[0]}`);
  }
  const types = (value as { dataloader_train?: { dataset?: { anomaly_types?: unknown } } } | null)
    ?.dataloader_train?.dataset?.anomaly_types;
  if (!Array.isArray(types) || types.length === 0)
    throw damaged(file, "dataloader_train.dataset.anomaly_types is empty or missing");
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw damaged(file, `${first?.path.join(".") ?? ""}: ${first?.message ?? "wrong content"}`);
}

function damaged(file: string, message: string): ReflowError {
  return dataError("checkpoint_damaged", message, "Run `reflow synth fit` again into a new folder.", {
    file,
  });
}
