import type { PairRow } from "../../dataset/row.js";
import type { Emit } from "../../kit/events.js";
import { joinFloats } from "../../kit/floats.js";
import { mapOnWorkers, workerUrl } from "../../kit/pool.js";
import { type Checkpoint, readCheckpoint } from "../checkpoint.js";
import { interrupted } from "../errors.js";
import { embeddingSize } from "../net/network.js";
import { progressReporter } from "../training/progress.js";
import { CHUNK, type Output, type PairResult, type PairSetup, type PairTask } from "./tasks.js";

export type PairOptions = Readonly<{
  checkpoint: string;
  rows: readonly PairRow[];
  workers: number;
  emit?: Emit;
  signal?: AbortSignal;
}>;

export type HeatMap = Readonly<{ width: number; height: number; data: Float32Array; score: number }>;

/** Defect probability of each row, 0…1, in the order of the rows. The same for any number of workers. */
export async function score(options: PairOptions): Promise<Float32Array> {
  const checkpoint = await readCheckpoint(options.checkpoint);
  const parts = await runRows(options, checkpoint, "score", 1);
  return joinFloats(parts.map((part) => part.scores));
}

/** Embedding of each row, row-major rows × dim, not normalised. */
export async function embed(options: PairOptions): Promise<{ dim: number; data: Float32Array }> {
  const checkpoint = await readCheckpoint(options.checkpoint);
  const dim = embeddingSize(checkpoint.config);
  const parts = await runRows(options, checkpoint, "embedding", dim);
  return { dim, data: joinFloats(parts.map((part) => part.data)) };
}

/** Defect probability of each pixel of the network's input, 0…1, with the score of the row. */
export async function heatmaps(options: PairOptions): Promise<readonly HeatMap[]> {
  const checkpoint = await readCheckpoint(options.checkpoint);
  const { width, height } = checkpoint.config;
  const parts = await runRows(options, checkpoint, "heat", width * height);
  return parts.flatMap((part) =>
    Array.from(part.scores, (value, i) => ({
      width,
      height,
      data: part.data.slice(i * width * height, (i + 1) * width * height),
      score: value,
    })),
  );
}

async function runRows(
  { rows, workers, emit, signal }: PairOptions,
  checkpoint: Checkpoint,
  output: Output,
  width: number,
): Promise<PairResult[]> {
  const setup: PairSetup = {
    model: checkpoint.model,
    preprocessing: checkpoint.preprocessing,
    output,
    width,
  };
  const tasks: PairTask[] = Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, i) => ({
    rows: rows.slice(i * CHUNK, (i + 1) * CHUNK).map(({ test, golden }) => ({ test, golden })),
  }));
  const report = emit && progressReporter(emit, output, rows.length, "pairs");
  let done = 0;
  try {
    return await mapOnWorkers<PairTask, PairResult>(workerUrl(import.meta.url, "./pairs.worker.js"), tasks, {
      workers,
      workerData: setup,
      ...(signal ? { signal } : {}),
      onDone: (index) => {
        done += tasks[index]!.rows.length;
        report?.(done, { pairs: 1 });
      },
    });
  } catch (error) {
    if (signal?.aborted) throw interrupted("scoring");
    throw error;
  }
}
