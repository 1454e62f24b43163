import path from "node:path";
import { explainWriteError, type Problem, ReflowError } from "../kit/errors.js";
import { type Emit, silent } from "../kit/events.js";
import { exists, hashFile, hashText, toJson, writeFileAtomic, writeJsonAtomic } from "../kit/files.js";
import { cores, mapOnWorkers, workerUrl } from "../kit/pool.js";
import { allocate, allocateByMasks, allocateExactly } from "./allocation.js";
import { boxKey, type PromptBoxes, readPromptBoxes } from "./dataset/boxes.js";
import { type Pool, type Pools, readPools } from "./dataset/pools.js";
import { readDefectSpec } from "./dataset/spec.js";
import { openRecords, type SampleEntry } from "./records.js";
import { AREA_ATTEMPTS } from "./routes/free.js";
import type { Route, SampleResult, SampleSummary, SampleTask } from "./routes/task.js";
import { listSamples, type SampleList, type SampleRecord } from "./samples.js";
import { recordPath, type Testcase, testcase, writeTestcases } from "./testcases.js";

export type PlaceMasksOptions = Readonly<{
  /** Dataset folder (contract 5.1). */
  dataset: string;
  /** Samples in all, at least 1. */
  numSdg: number;
  /** Folder of all results; new, empty, or of the same settings. */
  output: string;
  /** First seed of the placements (default 42). */
  seed?: number;
  /** Folder of clean images (default: the dataset folder). */
  clean?: string;
  /** Default: `defect_spec.jsonl` in the dataset folder. */
  defectSpec?: string;
  /** `inference` (default) shares samples evenly, `validation` by number of masks. */
  mode?: "inference" | "validation";
  /** Exact numbers by type, for `inference`. */
  perDefectCounts?: Readonly<Record<string, number>>;
  /** Answers of a vision language model to the prompts; without it they are not read. */
  boxes?: string;
  /** CAD candidates that get a defect in one mask: −1 (default) lets the seed decide. */
  instances?: number;
  guidance?: number;
  cropRatio?: number;
  /** Leave out types that lack masks or clean images, instead of refusing all (dig C14). */
  dropUnplaceable?: boolean;
  /** Pictures of candidates and results beside the masks (default true). */
  assets?: boolean;
  workers?: number;
  emit?: Emit;
  signal?: AbortSignal;
}>;

export type PlaceMasksResult = Readonly<{
  testcases: readonly Testcase[];
  /** The plan, and what could be placed of it, by type in spec order. */
  allocation: Readonly<Record<string, number>>;
  placed: Readonly<Record<string, number>>;
  summary: readonly SampleSummary[];
  /** Everything that was wrong, shortfalls included. */
  problems: readonly Problem[];
  files: Readonly<{ testcase: string; allocation: string; samples: string; summary: string }>;
  /** Samples taken over from an earlier, stopped run. */
  resumed: number;
}>;

/**
 * Automatic mask placement (contract 5): shares the samples out over the defect types, pairs masks with clean images,
 * places each and writes `testcase.jsonl`, `allocation.json`, `amp_samples.json` and `amp/`. The same inputs give
 * the same bytes on any number of workers; a stopped placement goes on when it is called again.
 *
 * Throws `placement_inputs` with all problems when the dataset cannot work, `num_sdg_invalid`, `seed_invalid`,
 * `no_defect_types`, `allocation_uncovered`, `output_exists`, or errors of the disk. Samples that cannot be placed are
 * no error: they are missing in `testcases`, and `problems` says why.
 */
export async function placeMasks(o: PlaceMasksOptions): Promise<PlaceMasksResult> {
  const emit = o.emit ?? silent;
  const seed = o.seed ?? 42;
  checkOptions(o, seed);
  const root = path.resolve(o.dataset);
  const { pools, problems } = await inputs(o, root);
  const boxes = o.boxes === undefined ? undefined : await promptBoxes(o.boxes);
  const { allocation, told } = shareOut(o, pools.pools);
  const list = listSamples(root, pools.labels, pools.pools, allocation);
  const settings = {
    num_sdg: o.numSdg,
    seed,
    mode: o.mode ?? "inference",
    per_defect_counts: o.perDefectCounts ?? null,
    instances: o.instances ?? -1,
    assets: o.assets ?? true,
    boxes: o.boxes === undefined ? null : await hashFile(o.boxes),
  };
  const records = await openRecords(o.output, settings);
  const plan = Object.fromEntries(allocation);
  const files = {
    testcase: path.join(o.output, "testcase.jsonl"),
    allocation: path.join(o.output, "allocation.json"),
    samples: path.join(o.output, "amp_samples.json"),
    summary: path.join(o.output, "amp", "summary.json"),
  };
  await writeJsonAtomic(files.allocation, plan);
  await writeSamples(o.output, files.samples, list);

  const tasks = list.records.map((record, i): SampleTask => {
    const { classes, background } = pools.colours;
    return {
      record,
      route: routeOf(record, pools.pools, boxes),
      seeds: list.seeds,
      seed: seed + i * list.seeds * AREA_ATTEMPTS,
      instances: o.instances ?? -1,
      output: path.resolve(o.output),
      classes,
      background,
      assets: o.assets ?? true,
    };
  });
  const { entries, resumed } = await placeAll(tasks, records, o, emit);
  const rows = collect(o, pools.pools, allocation, tasks, entries);
  const placed = Object.fromEntries([...allocation.keys()].map((type) => [type, 0]));
  for (const { anomaly_type } of rows) placed[anomaly_type] = (placed[anomaly_type] ?? 0) + 1;
  const summary = entries.map((e) => e.summary);
  await writeJsonAtomic(files.summary, summary);
  await writeTestcases(files.testcase, rows);
  await records.finish({ allocation: plan, placed }, entries);
  const found = [...problems, ...told, ...distinct(entries), ...unread(tasks), ...shortfall(plan, placed)];
  return { testcases: rows, allocation: plan, placed, summary, problems: found, files, resumed };
}

function checkOptions(o: PlaceMasksOptions, seed: number): void {
  if (o.numSdg < 1)
    throw new ReflowError(
      "usage",
      "num_sdg_invalid",
      `there is nothing to place for ${o.numSdg} samples`,
      "Pass for example --num-sdg 20.",
    );
  if (!Number.isSafeInteger(seed) || seed < 0 || seed > 2_000_000_000)
    throw new ReflowError(
      "usage",
      "seed_invalid",
      `the seed must be a whole number from 0 to 2000000000, not ${seed}`,
      "Leave it out for 42.",
    );
  if (o.perDefectCounts && o.mode === "validation")
    throw new ReflowError(
      "usage",
      "counts_in_validation",
      "counts by type do not go with the validation mode",
      "Leave one of them out.",
    );
}

/** The checked dataset; throws when something in it would make the placement go wrong. */
async function inputs(
  o: PlaceMasksOptions,
  root: string,
): Promise<{ pools: Pools; problems: readonly Problem[] }> {
  if (!(await exists(root)))
    throw new ReflowError("data", "dataset_folder_missing", `no such folder: ${root}`, "Check the path.", {
      where: { file: root },
    });
  const spec = await readDefectSpec(o.defectSpec ?? path.join(root, "defect_spec.jsonl"));
  const pools = await readPools(root, path.resolve(o.clean ?? root), spec.specs);
  const droppable = (p: Problem): boolean =>
    o.dropUnplaceable === true && (p.code === "masks_missing" || p.code === "clean_images_missing");
  const problems = [...spec.problems, ...pools.problems].map((p) =>
    droppable(p) ? { ...p, severity: "warning" as const } : p,
  );
  const faults = problems.filter((p) => p.severity === "error");
  if (faults.length > 0 || pools.pools.length === 0) {
    const list = faults.length > 0 ? faults : problems;
    const first = list[0];
    throw new ReflowError(
      "data",
      "placement_inputs",
      `${list.length} ${list.length === 1 ? "problem" : "problems"} in the dataset folder; nothing was placed`,
      first ? `First: ${first.message}. ${first.hint}` : "Name at least one defect type.",
      { where: { file: root }, problems: list },
    );
  }
  return { pools, problems };
}

async function promptBoxes(file: string): Promise<PromptBoxes> {
  const { boxes, problems } = await readPromptBoxes(file);
  if (problems.length > 0)
    throw new ReflowError(
      "data",
      "boxes_invalid",
      `${problems.length} bad lines in the boxes file`,
      "See the lines below.",
      { where: { file }, problems },
    );
  return boxes;
}

function shareOut(
  o: PlaceMasksOptions,
  pools: readonly Pool[],
): { allocation: ReadonlyMap<string, number>; told: readonly Problem[] } {
  const types = pools.map((p) => p.spec.defectType);
  if (o.perDefectCounts) {
    const { allocation, problems } = allocateExactly(types, o.numSdg, o.perDefectCounts);
    return { allocation, told: problems };
  }
  const masks = new Map(pools.map((p) => [p.spec.defectType, p.submasks.length]));
  const allocation =
    o.mode === "validation" ? allocateByMasks(types, o.numSdg, masks) : allocate(types, o.numSdg);
  return { allocation, told: [] };
}

/** The list in the form of the contract: paths relative to the list, and the number of seeds in a file beside it. */
async function writeSamples(output: string, file: string, { seeds, records }: SampleList): Promise<void> {
  const relative = (p: string | null): string | null => (p === null ? null : recordPath(output, p));
  const list = records.map((r) => ({
    ...r,
    clean_image: relative(r.clean_image),
    submask: relative(r.submask),
    cad_mask: relative(r.cad_mask),
    cad_mask_label: relative(r.cad_mask_label),
  }));
  await writeFileAtomic(file, toJson(list));
  await writeFileAtomic(`${file}.n_seeds`, String(seeds));
}

function routeOf(record: SampleRecord, pools: readonly Pool[], boxes: PromptBoxes | undefined): Route {
  if (record.cad_mask !== null) return { kind: "cad" };
  const spec = pools.find((p) => p.spec.defectType === record.defect_type)?.spec;
  if (spec?.dependency !== "text") return { kind: "free" };
  return { kind: "text", boxes: boxes && (boxes.get(boxKey(record.defect_type, record.clean_image)) ?? []) };
}

async function placeAll(
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

/** The rows: by type in spec order, masks by folder and name, as many as were allocated (contract 5.9). */
function collect(
  o: PlaceMasksOptions,
  pools: readonly Pool[],
  allocation: ReadonlyMap<string, number>,
  tasks: readonly SampleTask[],
  entries: readonly SampleEntry[],
): readonly Testcase[] {
  const output = path.resolve(o.output);
  return pools.flatMap(({ spec, allMulti }) => {
    const made = entries.flatMap(({ summary, masks }, i) =>
      summary.defect_type === spec.defectType
        ? masks.map(({ file }) => ({
            folder: summary.name,
            file,
            clean: (tasks[i] as SampleTask).record.clean_image,
          }))
        : [],
    );
    made.sort((a, b) => compare(a.folder, b.folder) || compare(path.basename(a.file), path.basename(b.file)));
    return made.slice(0, allocation.get(spec.defectType) ?? 0).map(({ file, clean }) =>
      testcase({
        image: recordPath(output, clean),
        mask: file,
        type: spec.defectType,
        guidance: o.guidance ?? 7,
        cropRatio: o.cropRatio ?? 2,
        allMulti,
      }),
    );
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One problem a file and code, however many samples met it. */
function distinct(entries: readonly SampleEntry[]): readonly Problem[] {
  const seen = new Map<string, Problem>();
  for (const { problems } of entries)
    for (const p of problems) {
      const key = `${p.code}\n${p.where?.file}\n${p.message}`;
      if (!seen.has(key)) seen.set(key, p);
    }
  return [...seen.values()];
}

function unread(tasks: readonly SampleTask[]): readonly Problem[] {
  const types = new Set(
    tasks.filter(({ route }) => route.kind === "text" && !route.boxes).map((t) => t.record.defect_type),
  );
  return [...types].map((type) => ({
    code: "prompt_not_read",
    severity: "warning",
    message: `"${type}" was placed anywhere on the image: its prompt was not read`,
    hint: "Supply the answers of a vision language model (--boxes), or use spatial_dependency cad.",
    where: { field: type },
  }));
}

function shortfall(
  plan: Readonly<Record<string, number>>,
  placed: Readonly<Record<string, number>>,
): readonly Problem[] {
  return Object.entries(plan).flatMap(([type, n]) => {
    const got = placed[type] ?? 0;
    return got >= n
      ? []
      : [
          {
            code: "amp_shortfall",
            severity: "warning" as const,
            message: `${got} of ${n} samples of "${type}" could be placed`,
            hint: "Look at amp/summary.json: no candidates, no detection, or failed placements.",
            where: { field: type },
          },
        ];
  });
}
