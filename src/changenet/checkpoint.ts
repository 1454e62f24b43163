import { z } from "zod";
import { readBytes } from "../kit/files.js";
import type { Preprocessing } from "./data/preprocessing.js";
import { notOurs } from "./errors.js";
import { checkpointModel } from "./net/checkpoint-graph.js";
import type { NetworkConfig } from "./net/config.js";
import { layoutOf, viewOf, type Weights } from "./net/parameters.js";
import { encodeModel } from "./onnx/model.js";
import { readModel } from "./onnx/read.js";

const PREPROCESSING_KEY = "reflow.preprocessing";
const NETWORK_KEY = "reflow.network";

/** A checkpoint taken apart. */
export type Checkpoint = Readonly<{
  model: Uint8Array;
  config: NetworkConfig;
  preprocessing: Preprocessing;
  weights: Weights;
}>;

/** Serialises a network as a plain ONNX file. Equal weights give equal bytes. */
export function encodeCheckpoint(
  config: NetworkConfig,
  weights: Weights,
  preprocessing: Preprocessing,
): Uint8Array {
  return encodeModel(
    checkpointModel(config, weights, {
      [PREPROCESSING_KEY]: JSON.stringify(preprocessing),
      [NETWORK_KEY]: JSON.stringify(config),
    }),
  );
}

const side = z.int().min(1).max(16384);
const preprocessingSchema = z.object({
  channels: z.union([z.literal(1), z.literal(3)]),
  tileWidth: side,
  tileHeight: side,
  columns: z.int().min(1).max(64),
  rows: z.int().min(1).max(64),
  lights: z.array(z.string()),
  imageExt: z.string(),
});
const networkSchema = z.object({
  channels: z.union([z.literal(1), z.literal(3)]),
  height: side,
  width: side,
  registration: z.object({ maxShift: z.number(), highPassRadius: z.number(), penalty: z.number() }),
  features: z.object({
    raw: z.enum(["both", "test", "none"]),
    highPassRadius: z.number(),
    gain: z.number(),
    compared: z.boolean(),
    absolute: z.boolean(),
    signed: z.boolean(),
    envelopeRadii: z.array(z.number()),
  }),
  blocks: z.array(z.object({ out: z.int(), stride: z.union([z.literal(1), z.literal(2)]) })).min(1),
  pooling: z.enum(["logsumexp", "max"]),
  mirrors: z.boolean(),
});

/** Reads a checkpoint. Throws `file_missing`, `not_a_file` or `checkpoint_invalid`. */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  return decodeCheckpoint(await readBytes(file), file);
}

/** {@link readCheckpoint} for bytes; `file` is only named in errors. */
export function decodeCheckpoint(model: Uint8Array, file: string): Checkpoint {
  const parts = parse(model, file);
  const preprocessing = preprocessingSchema.safeParse(metadataJson(parts.metadata, PREPROCESSING_KEY));
  const network = networkSchema.safeParse(metadataJson(parts.metadata, NETWORK_KEY));
  if (!preprocessing.success || !network.success)
    throw notOurs(file, "its description is missing or invalid");
  const config: NetworkConfig = network.data;
  const layout = layoutOf(config);
  const weights = {
    parameters: new Float32Array(layout.parameterCount),
    statistics: new Float32Array(layout.statisticCount),
  };
  const all = [
    ...layout.parameters.map((slot) => ({ slot, flat: weights.parameters })),
    ...layout.statistics.map((slot) => ({ slot, flat: weights.statistics })),
  ];
  for (const { slot, flat } of all) {
    const stored = parts.weights.get(slot.name);
    if (stored?.data.length !== slot.size) throw notOurs(file, `weight ${slot.name} is missing`);
    viewOf(flat, slot).set(stored.data);
  }
  return { model, config, preprocessing: preprocessing.data, weights };
}

function parse(model: Uint8Array, file: string): ReturnType<typeof readModel> {
  try {
    return readModel(model);
  } catch (error) {
    if (error instanceof RangeError) throw notOurs(file, error.message);
    throw error;
  }
}

function metadataJson(metadata: Readonly<Record<string, string>>, key: string): unknown {
  try {
    return JSON.parse(metadata[key] ?? "null");
  } catch {
    return null;
  }
}
