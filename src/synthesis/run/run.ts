import { rm } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "../../kit/errors.js";
import { type Emit, silent } from "../../kit/events.js";
import { toJson, writeFileAtomic, writeJsonAtomic } from "../../kit/files.js";
import { requireApart } from "../../kit/folders.js";
import { imageSize } from "../../kit/images.js";
import { sweep } from "../../kit/leftovers.js";
import { mapOnWorkers, workerUrl } from "../../kit/pool.js";
import { imagesIn } from "../../placement/index.js";
import { type Checkpoint, readSynthCheckpoint } from "../checkpoint/read.js";
import { writeLabels } from "../labels/write.js";
import { claimRun } from "../own-output.js";
import { type Evaluation, evaluate } from "../quality/evaluate.js";
import { type DefectEncoder, patchEncoder } from "../quality/features.js";
import { FOLDERS, type Made } from "./make.js";
import type { MakeContext, MakeResult } from "./make.worker.js";
import { type Job, planJobs } from "./plan.js";
import { writeScene } from "./scene.js";
import { type Done, resultTable } from "./table.js";
import { readTestcases } from "./testcases.js";

export type RunOptions = Readonly<{
  checkpoint: string;
  testcases: string;
  output: string;
  seed?: number;
  /** Step of the checkpoint; default: the best one. */
  step?: number;
  /** Folder that every path of the test cases must lie in. */
  root?: string;
  workers: number;
  encoder?: DefectEncoder;
  emit?: Emit;
  signal?: AbortSignal;
}>;

/** A finished picture: the job it was, and what was made of it. */
export type Finished = Readonly<{ job: Job; made: Made }>;

export type RunResult = Readonly<{
  output: string;
  finished: readonly Finished[];
  step: number;
  /** Non-blank lines of the test cases, pictures asked for, pictures made. */
  lines: number;
  asked: number;
  made: number;
  instances: number;
  counts: Readonly<Record<string, number>>;
  evaluation: Evaluation;
  problems: readonly Problem[];
  seconds: number;
}>;

/**
 * Paints every row of testcase.jsonl with a fitted checkpoint and writes the folders, table, scene and labels of contract
 * 6.2 and 6.5. Rows that cannot be made become problems and are missing in the table. Pictures that an earlier run made of
 * the same inputs are kept. Same inputs and seed: same bytes on any number of workers (timing_summary.json apart).
 * Throws `output_exists` for a folder with pictures or labels of somebody else, and `output_inside_input`.
 */
export async function runTestcases(o: RunOptions): Promise<RunResult> {
  const started = performance.now();
  const checkpoint = await readSynthCheckpoint(o.checkpoint, o.step);
  const read = await readTestcases(o.testcases, o.root);
  await requireApart(o.checkpoint, o.output);
  await claimRun(o.output);
  await sweep(o.output);
  const plan = await planJobs(read.rows, checkpoint, o.testcases);
  const problems = [...read.problems, ...plan.problems];
  const results = await makeAll(plan.jobs, checkpoint, o);
  const done: Done[] = [];
  const refused: Refused[] = [];
  results.forEach((result, i) => {
    const job = plan.jobs[i]!;
    if ("made" in result) done.push({ job, made: result.made });
    else {
      problems.push({ ...result.problem, where: { file: o.testcases, row: job.row.line } });
      refused.push({ job, problem: result.problem });
    }
  });
  problems.push(...undone(done, o.testcases));
  await prune(o.output, done);
  const sizes = new Map<string, { width: number; height: number }>();
  for (const { job } of done)
    sizes.set(job.name, await imageSize(path.join(o.output, FOLDERS.made, `${job.name}.png`)));
  await writeFileAtomic(path.join(o.output, "SDG_result.csv"), resultTable(done));
  await writeScene(o.output, done, sizes);
  const instances = await writeLabels(o.output, done);
  const evaluation = await evaluate(o.output, done, checkpoint, o.encoder ?? patchEncoder, o.signal);
  await writeProvenance(o.output, done, refused, checkpoint, evaluation);
  const seconds = (performance.now() - started) / 1000;
  await writeJsonAtomic(path.join(o.output, "timing_summary.json"), {
    total_time_seconds: Number(seconds.toFixed(3)),
    num_samples: done.length,
    average_time_per_sample_seconds: Number((seconds / Math.max(1, done.length)).toFixed(4)),
  });
  const counts: Record<string, number> = {};
  for (const { job } of done) counts[job.row.defectType] = (counts[job.row.defectType] ?? 0) + 1;
  return {
    output: o.output,
    finished: done,
    step: checkpoint.step,
    lines: read.lines,
    asked: plan.jobs.length + read.problems.length + plan.problems.length,
    made: done.length,
    instances,
    counts,
    evaluation,
    problems,
    seconds,
  };
}

/** Rows whose mask could not be moved as they ask: it was painted where it lay (contract 6.1). */
function undone(done: readonly Done[], file: string): Problem[] {
  return done
    .filter(({ job, made }) => job.copy === 0 && toJson(made.augmentation) !== toJson(job.row.augmentation))
    .map(({ job: { row } }) => ({
      code: "augmentation_undone",
      severity: "warning",
      message:
        "moved, turned or thinned as asked, nothing of the mask would stay in the picture: it was left as it is",
      hint: "Correct shift_values (down,right), rotation_angle or morph_operation.",
      where: { file, row: row.line, field: "shift_values" },
    }));
}

/** Removes pictures of earlier runs that these test cases did not ask for: counts must agree (contract 6.2). */
async function prune(output: string, done: readonly Done[]): Promise<void> {
  const whole = new Set(done.map((d) => `${d.job.name}.png`));
  const parts = new Set(done.flatMap((d) => d.made.instances.map((_, j) => `${d.job.name}_${j}.png`)));
  const keep: Readonly<Record<keyof typeof FOLDERS, ReadonlySet<string>>> = {
    original: whole,
    mask: whole,
    made: whole,
    crop: parts,
    cropMask: parts,
    annotated: parts,
  };
  for (const [kind, folder] of Object.entries(FOLDERS) as [keyof typeof FOLDERS, string][])
    for (const name of await imagesIn(path.join(output, folder)))
      if (!keep[kind].has(name)) await rm(path.join(output, folder, name), { force: true });
}

async function makeAll(jobs: readonly Job[], checkpoint: Checkpoint, o: RunOptions): Promise<MakeResult[]> {
  const context: MakeContext = { checkpoint, output: path.resolve(o.output), seed: o.seed ?? 0 };
  const emit = o.emit ?? silent;
  let done = 0;
  return mapOnWorkers<Job, MakeResult>(workerUrl(import.meta.url, "./make.worker.js"), jobs, {
    workers: o.workers,
    workerData: context,
    ...(o.signal ? { signal: o.signal } : {}),
    onDone: () =>
      emit({ type: "progress", what: "synthesis", done: ++done, total: jobs.length, unit: "pictures" }),
  });
}

/** A job that was tried and not delivered. */
type Refused = Readonly<{ job: Job; problem: Problem }>;

/**
 * One line a picture: where it came from, how each instance was painted, and how real it looks; then one line for each
 * that was refused, with `refused` and without an `output_filename`.
 */
async function writeProvenance(
  output: string,
  done: readonly Done[],
  refused: readonly Refused[],
  checkpoint: Checkpoint,
  evaluation: Evaluation,
): Promise<void> {
  const about = ({ row, copy }: Done["job"], name: string | null) => ({
    output_filename: name,
    index: row.index,
    copy,
    anomaly_type: row.defectType,
    image_filename: row.text.image,
    mask_filename: row.text.mask,
    generator: "reflow-synthesis",
    step: checkpoint.step,
  });
  const painted = done.map(({ job, made }) => {
    const { instances, psnr, outside, seed } = made as Made;
    const measured = { seed, instances, psnr, greatest_change_outside: outside };
    return { ...about(job, `${job.name}.png`), ...measured, ...evaluation.samples.get(job.name) };
  });
  const left = refused.map(({ job, problem: { code, message } }) => ({
    ...about(job, null),
    refused: { code, message },
  }));
  const text = [...painted, ...left].map((row) => `${JSON.stringify(row)}\n`);
  await writeFileAtomic(path.join(output, "provenance.jsonl"), text.join(""));
}
