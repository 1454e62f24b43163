import { ReflowError } from "../../kit/errors.js";
import type { Emit } from "../../kit/events.js";
import { readBytes } from "../../kit/files.js";
import { joinFloats } from "../../kit/floats.js";
import { mapOnWorkers, workerUrl } from "../../kit/pool.js";
import { interrupted } from "../errors.js";
import { type ReadModel, readModel } from "../onnx/read.js";
import { progressReporter } from "../training/progress.js";
import { normalisationOf } from "./normalisation.js";
import { CHUNK, type ImageSetup, type ImageTask, TILE } from "./tasks.js";

/** Side used where neither the encoder nor its side file fixes the input size. */
const DEFAULT_SIDE = 224;

/** What an encoder takes: size, and how pixels are normalised. */
export type EncoderInput = Pick<ImageSetup, "channels" | "width" | "height" | "normalisation">;

/** Opens an encoder for its input alone. Throws `encoder_invalid`, `encoder_preprocessing` or read errors. */
export async function describeEncoder(file: string): Promise<EncoderInput> {
  const { channels, width, height, normalisation } = await describe(file);
  return { channels, width, height, normalisation };
}

/**
 * Embeds single images with a user's ONNX encoder (SigLIP, DINO, …). Its first input must be float [N,1 or 3,H,W],
 * pixels normalised as {@link normalisationOf} finds; its last output that holds one vector an image is taken.
 * Throws `encoder_invalid` or `encoder_preprocessing`.
 */
export async function embedImages(
  options: Readonly<{
    encoder: string;
    files: readonly string[];
    workers: number;
    emit?: Emit;
    signal?: AbortSignal;
  }>,
): Promise<{ dim: number; data: Float32Array }> {
  const { encoder, files, workers, emit, signal } = options;
  const setup = await describe(encoder);
  const tasks: ImageTask[] = Array.from({ length: Math.ceil(files.length / CHUNK) }, (_, i) => ({
    files: files.slice(i * CHUNK, (i + 1) * CHUNK),
  }));
  const report = emit && progressReporter(emit, "embedding", files.length, "images");
  let done = 0;
  try {
    const parts = await mapOnWorkers<ImageTask, Float32Array>(
      workerUrl(import.meta.url, "./images.worker.js"),
      tasks,
      {
        workers,
        workerData: setup,
        ...(signal ? { signal } : {}),
        onDone: (index) => {
          done += tasks[index]!.files.length;
          report?.(done, {});
        },
      },
    );
    const data = joinFloats(parts);
    return { dim: files.length === 0 ? 0 : data.length / files.length, data };
  } catch (error) {
    if (signal?.aborted) throw interrupted("embedding");
    if (error instanceof Error && /ONNX|onnx|Invalid|input/.test(error.message) && !("code" in error))
      throw invalid(encoder, error.message.split("\n")[0] ?? "");
    throw error;
  }
}

async function describe(file: string): Promise<ImageSetup> {
  const model = await readBytes(file);
  const parsed = parse(model, file);
  const input = parsed.inputs[0];
  const output = parsed.outputs.findLast((port) => port.shape.length === 2) ?? parsed.outputs.at(-1);
  if (!input || !output || input.shape.length !== 4)
    throw invalid(file, "its first input is not an image [N,C,H,W]");
  const [batch, channels, height, width] = input.shape;
  const normalisation = await normalisationOf(file, parsed.metadata);
  const fixed = (size: number | string | undefined, open: number | undefined) =>
    typeof size === "number" && size > 0 ? size : (open ?? DEFAULT_SIDE);
  return {
    model,
    input: input.name,
    output: output.name,
    channels: channels === 1 ? 1 : 3,
    height: fixed(height, normalisation.side?.height),
    width: fixed(width, normalisation.side?.width),
    normalisation,
    tile: typeof batch === "number" && batch > 0 ? batch : TILE,
  };
}

function parse(model: Uint8Array, file: string): ReadModel {
  try {
    return readModel(model);
  } catch (error) {
    if (error instanceof RangeError) throw invalid(file, error.message);
    throw error;
  }
}

function invalid(file: string, why: string): ReflowError {
  return new ReflowError(
    "data",
    "encoder_invalid",
    `${file} cannot be used as an image encoder: ${why}`,
    "Name an ONNX file with one image input and one vector output an image.",
    { where: { file } },
  );
}
