import { readFile } from "node:fs/promises";
import { isErrno } from "../../kit/errors.js";
import { writeFileAtomic } from "../../kit/files.js";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../onnx/safetensors.js";
import type { StatusRecord } from "./status.js";

/** The float arrays that a training carries from step to step. */
export const STATE_ARRAYS = [
  "parameters",
  "statistics",
  "first",
  "second",
  "averageParameters",
  "averageStatistics",
] as const;

export type StateArrays = Readonly<Record<(typeof STATE_ARRAYS)[number], Float32Array>>;

/** The countable part of a training's state. Epochs are counted from 0; `epoch` is the next one to run. */
export type Progress = Readonly<{
  /** Hash of everything that determines the result: spec, rows, seed, start weights. */
  fingerprint: string;
  epoch: number;
  seconds: number;
  finished: boolean;
  best: Readonly<{ epoch: number; file: string; valLoss: number }> | undefined;
  latest: Readonly<{ epoch: number; file: string }> | undefined;
  validationsSinceBest: number;
  channels: 1 | 3;
  status: readonly StatusRecord[];
}>;

export const STATE_FILE = "trainer.state";

/** What {@link readState} finds. */
export type Saved = Readonly<{ progress: Progress; arrays: StateArrays }>;

const PROGRESS_KEY = "reflow.training";

export function encodeState(progress: Progress, arrays: StateArrays): Uint8Array {
  const tensors = new Map<string, NamedTensor>();
  for (const name of STATE_ARRAYS) tensors.set(name, { shape: [arrays[name].length], data: arrays[name] });
  return encodeSafetensors(tensors, { [PROGRESS_KEY]: JSON.stringify(progress) });
}

export async function writeState(file: string, progress: Progress, arrays: StateArrays): Promise<void> {
  await writeFileAtomic(file, encodeState(progress, arrays));
}

/**
 * Reads the state that an earlier attempt left. Undefined when there is none, or when it belongs to another
 * training or is damaged: then training starts afresh.
 */
export async function readState(file: string, fingerprint: string): Promise<Saved | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (isErrno(error)) return undefined;
    throw error;
  }
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const progress = JSON.parse(metadata[PROGRESS_KEY] ?? "null") as Progress | null;
    if (progress?.fingerprint !== fingerprint) return undefined;
    const arrays = Object.fromEntries(
      STATE_ARRAYS.map((name) => [name, tensors.get(name)?.data ?? new Float32Array()]),
    ) as StateArrays;
    return { progress, arrays };
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
