import path from "node:path";
import { z } from "zod";
import { dataError } from "../../kit/errors.js";
import { exists, readJson } from "../../kit/files.js";

/** How an encoder wants its pixels: (pixel · scale − mean) ÷ spread, by channel, with pixels 0…255. */
export type Normalisation = Readonly<{
  scale: number;
  mean: readonly number[];
  spread: readonly number[];
  /** Side lengths for encoders that leave their input size open. */
  side?: Readonly<{ width: number; height: number }>;
  /** Where this was found, for people. */
  source: string;
}>;

/** What most public encoders are trained with; DINO among them. */
const IMAGENET: Normalisation = {
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  spread: [0.229, 0.224, 0.225],
  source: "the ImageNet defaults",
};

/** The side file of Hugging Face exports. */
const CONFIG_NAME = "preprocessor_config.json";

const channels = z.union([z.number(), z.array(z.number()).min(1).max(3)]);
const side = z.int().min(1).max(8192);
const shape = z.looseObject({
  image_mean: channels.optional(),
  image_std: channels.optional(),
  rescale_factor: z.number().positive().optional(),
  do_normalize: z.boolean().nullable().optional(),
  do_rescale: z.boolean().nullable().optional(),
  size: z.unknown().optional(),
  crop_size: z.unknown().optional(),
});

/**
 * The side file that belongs to an encoder: `preprocessor_config.json` beside it, or above it when it lies in a folder
 * `onnx`, as Hugging Face exports do. Undefined when there is none.
 */
export async function encoderConfigFile(encoder: string): Promise<string | undefined> {
  const folder = path.dirname(path.resolve(encoder));
  const beside = path.join(folder, CONFIG_NAME);
  if (await exists(beside)) return beside;
  const above = path.join(path.dirname(folder), CONFIG_NAME);
  return path.basename(folder) === "onnx" && (await exists(above)) ? above : undefined;
}

/**
 * How an encoder's pixels are normalised: by the ONNX metadata `image_mean` and `image_std` (JSON, as in the side
 * file), else by its {@link encoderConfigFile}, else as ImageNet. Throws `encoder_preprocessing`.
 */
export async function normalisationOf(
  encoder: string,
  metadata: Readonly<Record<string, string>>,
): Promise<Normalisation> {
  if (metadata.image_mean !== undefined || metadata.image_std !== undefined)
    return parse(fromMetadata(metadata, encoder), encoder, "the ONNX metadata");
  const file = await encoderConfigFile(encoder);
  return file === undefined ? IMAGENET : parse(await readJson(file), file, path.basename(file));
}

function fromMetadata(metadata: Readonly<Record<string, string>>, file: string): Record<string, unknown> {
  try {
    const given = Object.keys(shape.shape).filter((key) => metadata[key] !== undefined);
    return Object.fromEntries(given.map((key) => [key, JSON.parse(metadata[key] as string)]));
  } catch (error) {
    throw invalid(file, `its metadata is not JSON: ${(error as Error).message}`);
  }
}

function parse(value: unknown, file: string, source: string): Normalisation {
  const read = shape.safeParse(value);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw invalid(file, `${issue?.path.join(".") || "the whole"}: ${issue?.message}`);
  }
  const c = read.data;
  const plain = c.do_normalize === false;
  const mean = plain ? [0, 0, 0] : three(c.image_mean ?? IMAGENET.mean);
  const spread = plain ? [1, 1, 1] : three(c.image_std ?? IMAGENET.spread);
  if (spread.some((s) => s <= 0)) throw invalid(file, "image_std must be above 0");
  // `crop_size` is what the network sees, `size` only what is cut from.
  const sides = sideOf(c.crop_size) ?? sideOf(c.size);
  return {
    scale: c.do_rescale === false ? 1 : (c.rescale_factor ?? IMAGENET.scale),
    mean,
    spread,
    ...(sides ? { side: sides } : {}),
    source,
  };
}

function three(values: number | readonly number[]): number[] {
  const list = typeof values === "number" ? [values] : values;
  return [0, 1, 2].map((c) => list[Math.min(c, list.length - 1)] as number);
}

function sideOf(value: unknown): { width: number; height: number } | undefined {
  const whole = side.safeParse(value);
  if (whole.success) return { width: whole.data, height: whole.data };
  const both = z.object({ width: side, height: side }).safeParse(value);
  return both.success ? both.data : undefined;
}

function invalid(file: string, why: string): Error {
  return dataError(
    "encoder_preprocessing",
    `the encoder's normalisation cannot be used: ${why}`,
    'Give "image_mean" and "image_std" as one or three numbers, for example [0.5, 0.5, 0.5], or remove them for the ImageNet defaults.',
    { file },
  );
}
