import { type Emit, silent } from "../kit/events.js";
import { mapOnWorkers, workerUrl } from "../kit/pool.js";
import runHere, {
  type CompareBatch,
  type CompareTask,
  type Comparing,
  type FingerprintBatch,
  type FingerprintTask,
  MARK_WORDS,
  type Marks,
  TONES,
  WORDS,
} from "./fingerprint.worker.js";
import type { Difference } from "./likeness/difference.js";

const BATCH = 32;
/** Files handed to one pool: bounds the memory for file names. */
const WINDOW = 8192;

export type WorkOptions = Readonly<{ workers: number; emit?: Emit; signal?: AbortSignal }>;

/** What decoding told about images, by number: 20 bytes each, and 120 more with marks. */
export type Fingerprints = Readonly<{
  /** WORDS words per image; see fingerprint.worker.ts. All zero where decoding failed. */
  words: Uint32Array;
  /** Only where they were asked for. */
  marks?: Marks;
  failed: ReadonlyMap<number, { code: string; message: string }>;
}>;

/**
 * Decodes `count` images on worker threads and keeps what the checks need of each. `fileAt` is asked in order, once
 * per image, so that no list of all names need exist.
 */
export async function fingerprints(
  count: number,
  fileAt: (i: number) => string,
  o: WorkOptions & Readonly<{ marks?: boolean }>,
): Promise<Fingerprints> {
  const emit = o.emit ?? silent;
  const words = new Uint32Array(count * WORDS);
  const marks = o.marks && {
    words: new Uint32Array(count * MARK_WORDS),
    tones: new Uint8Array(count * TONES),
  };
  const failed = new Map<number, { code: string; message: string }>();
  const began = performance.now();
  let done = 0;
  for (let start = 0; start < count; start += WINDOW) {
    const end = Math.min(count, start + WINDOW);
    const tasks: FingerprintTask[] = [];
    for (let at = start; at < end; at += BATCH) {
      const files: string[] = [];
      for (let i = at; i < Math.min(end, at + BATCH); i++) files.push(fileAt(i));
      tasks.push({ kind: "fingerprint", files, marks: o.marks ?? false });
    }
    await work<FingerprintTask, FingerprintBatch>(tasks, o, {
      onDone: (task, batch) => {
        const offset = start + task * BATCH;
        words.set(batch.words, offset * WORDS);
        if (marks && batch.marks) {
          marks.words.set(batch.marks.words, offset * MARK_WORDS);
          marks.tones.set(batch.marks.tones, offset * TONES);
        }
        for (const f of batch.failed) failed.set(offset + f.index, { code: f.code, message: f.message });
        done += batch.words.length / WORDS;
        const perSecond = done / ((performance.now() - began) / 1000);
        emit({
          type: "progress",
          what: "decoding images",
          done,
          total: count,
          unit: "images",
          eta: (count - done) / perSecond,
          detail: { perSecond: Math.round(perSecond) },
        });
      },
    });
  }
  return { words, failed, ...(marks && { marks }) };
}

/** How different each pair of images is; infinitely where one cannot be read. */
export async function comparePairs(
  pairs: readonly Comparing[],
  o: WorkOptions,
): Promise<readonly Difference[]> {
  const tasks: CompareTask[] = [];
  for (let at = 0; at < pairs.length; at += BATCH)
    tasks.push({ kind: "compare", pairs: pairs.slice(at, at + BATCH) });
  return (await work<CompareTask, CompareBatch>(tasks, o)).flat();
}

/** Starting threads costs more than a handful of images. */
const FEW_TASKS = 2;

async function work<Task extends FingerprintTask | CompareTask, Result>(
  tasks: readonly Task[],
  o: WorkOptions,
  more: { onDone?: (task: number, result: Result) => void } = {},
): Promise<Result[]> {
  if (o.workers > 1 && tasks.length > FEW_TASKS)
    return mapOnWorkers<Task, Result>(WORKER, tasks, {
      workers: o.workers,
      ...(o.signal && { signal: o.signal }),
      ...more,
    });
  const results: Result[] = [];
  for (const [i, task] of tasks.entries()) {
    o.signal?.throwIfAborted();
    const result = (await runHere(task)) as Result;
    results.push(result);
    more.onDone?.(i, result);
  }
  return results;
}

const WORKER = workerUrl(import.meta.url, "./fingerprint.worker.js");
