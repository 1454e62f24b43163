import { explainWriteError } from "../kit/errors.js";
import type { Emit } from "../kit/events.js";
import { hashFile, hashText } from "../kit/files.js";
import { cores, mapOnWorkers, workerUrl } from "../kit/pool.js";
import type { PlaceMasksOptions } from "./options.js";
import type { openRecords, SampleEntry } from "./records.js";
import type { SampleResult, SampleTask } from "./routes/task.js";

/** Places the samples that no earlier run has finished, on worker threads, and notes each as it ends. */
export async function placeAll(
  tasks: readonly SampleTask[],
  records: Awaited<ReturnType<typeof openRecords>>,
  o: PlaceMasksOptions,
  emit: Emit,
): Promise<{ entries: readonly SampleEntry[]; resumed: number }> {
  const entries: (SampleEntry | undefined)[] = [];
  const hashes = new Map<string, Promise<string>>();
  const open: { task: SampleTask; index: number; key: string; inputs: string }[] = [];
  for (const [index, task] of tasks.entries()) {
    const key = `${index} ${task.record.defect_type} ${task.record.name}`;
    const made = await hashOf(task, hashes);
    const earlier = await records.done(key, made);
    entries.push(earlier);
    if (!earlier) open.push({ task, index, key, inputs: made });
  }
  const resumed = tasks.length - open.length;
  let done = resumed;
  // Notes are written one after the other, in the order in which samples end.
  let notes: Promise<unknown> = Promise.resolve();
  await mapOnWorkers<SampleTask, SampleResult>(
    workerUrl(import.meta.url, "./routes/sample.worker.js"),
    open.map((w) => w.task),
    {
      workers: o.workers ?? cores(),
      ...(o.signal ? { signal: o.signal } : {}),
      onDone: (i, result) => {
        const { index, key, inputs: made } = open[i] as (typeof open)[number];
        const entry = { key, inputs: made, ...result };
        entries[index] = entry;
        notes = notes.then(() => records.add(entry));
        emit({ type: "progress", what: "placement", done: ++done, total: tasks.length, unit: "samples" });
      },
    },
  ).finally(() =>
    notes.catch((error: unknown) => {
      throw explainWriteError(error, o.output);
    }),
  );
  return { entries: entries as SampleEntry[], resumed };
}

/** One hash for all that a sample is made from. */
async function hashOf(
  { record, route, seed, seeds, classes }: SampleTask,
  known: Map<string, Promise<string>>,
): Promise<string> {
  const files = [record.clean_image, record.submask, ...(record.cad_mask ? [record.cad_mask] : [])];
  const parts = await Promise.all(
    files.map((file) => {
      const hash = known.get(file) ?? hashFile(file);
      known.set(file, hash);
      return hash;
    }),
  );
  return hashText(JSON.stringify([...parts, route, seed, seeds, classes]));
}
