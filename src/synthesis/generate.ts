import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { PairRow } from "../dataset/row.js";
import { dataError, explainWriteError, type Problem, ReflowError } from "../kit/errors.js";
import { type Emit, silent } from "../kit/events.js";
import { explainReadError, writeJsonAtomic } from "../kit/files.js";
import { allocate } from "../placement/index.js";
import { admitSamples } from "./admit.js";
import type { Candidate, DrawContext } from "./candidate.js";
import { type ChainCheck, checkChain } from "./chain.js";
import {
  nameSamples,
  type Sample,
  writeAllocation,
  writeAmpSamples,
  writeProvenance,
  writeResults,
} from "./files.js";
import { type Learned, type LearnOptions, learnTypes } from "./learn.js";
import { type Ingest, PAIR_COLUMNS, stagePairs } from "./pairs.js";
import { type PlacedFreely, placedFreely } from "./placement.js";
import type { Admission } from "./types.js";

/** Draws of one sample before it is given up (or its least easy draw is kept). */
const ATTEMPTS = 4;

export type GenerateOptions = LearnOptions &
  Readonly<{
    numSdg: number;
    /** `…/iterN/anomalygen` */
    outDir: string;
    /** `…/iterN/dataset/images` */
    stageDir: string;
    /** `synthetic_iterN` */
    subdir: string;
    /** Where sdg_rows_raw.csv and ingest_summary.json go; default `<outDir>/../mining_filter`. */
    rowsDir?: string;
    lights: readonly string[];
    imageExt: string;
    /** Prefix of the paths in training tables, e.g. `results/run_X/iter1/dataset/images`. */
    workspaceRelative: string;
    /** Scores candidate rows with the current model; without it nothing is refused for being easy. */
    scoreRows?: (rows: readonly PairRow[]) => Promise<ArrayLike<number>>;
    /** Scores above this teach nothing new (default 0.995). */
    tooEasy?: number;
    /** URL of a module with a `draw` of its own (see candidate.ts). */
    drawer?: string;
    emit?: Emit;
  }>;

export type GenerateResult = Readonly<{
  /** Staged pairs, ready to score or to train on. */
  rows: readonly PairRow[];
  /** Rows for a training table: 14 columns, workspace-relative paths. */
  table: Ingest["table"];
  header: readonly string[];
  allocation: ReadonlyMap<string, number>;
  made: ReadonlyMap<string, number>;
  chain: ChainCheck;
  problems: readonly Problem[];
  refused: Readonly<Partial<Record<Admission["reason"], number>>>;
  /** Types that the spec gave a place which was not heeded, and why. */
  placedFreely: readonly PlacedFreely[];
  draws: number;
  seconds: number;
  files: Readonly<{
    allocation: string;
    testcase: string;
    ampSamples: string;
    result: string;
    provenance: string;
    rowsCsv: string;
    ingestSummary: string;
  }>;
}>;

/**
 * The AnomalyGen stage: learns what defects look like, draws `numSdg` of them into clean crops, admits them and
 * writes every file of contract 7.3 to 7.5. The whole stage runs again from scratch when it is run again, and
 * gives the same bytes (timing_summary.json apart), on any number of workers.
 *
 * Throws for options that cannot work (`image_ext_unsupported`, `subdir_invalid`, `num_sdg_invalid`,
 * `no_clean_images`, `no_defect_types`, …). What is wrong with single rows, masks or spec lines comes back as
 * `problems`. A count that does not add up comes back as `chain.status === "fatal"`.
 */
export async function generate(o: GenerateOptions): Promise<GenerateResult> {
  const started = performance.now();
  const emit = o.emit ?? silent;
  checkOptions(o);
  const rowsDir = o.rowsDir ?? path.join(o.outDir, "..", "mining_filter");
  const workDir = path.join(o.outDir, "work");
  await clean(o, rowsDir, workDir);

  const learned = await learnTypes(o, emit);
  for (const problem of learned.problems) emit({ type: "problem", problem });
  if (learned.recipes.length === 0)
    throw new ReflowError(
      "data",
      "no_defect_types",
      "there is no defect type that could be drawn",
      "The training set needs NG rows whose defect shows against the golden, or give a dataset folder.",
      { problems: learned.problems },
    );
  const allocation = allocate(
    learned.recipes.map((r) => r.defectType),
    o.numSdg,
  );
  await writeAllocation(o.outDir, allocation);

  const context = contextOf(o, learned, workDir);
  const admissions = await admitSamples(context, [...allocation.values()], {
    attempts: ATTEMPTS,
    tooEasy: o.tooEasy ?? 0.995,
    workers: o.workers,
    ...(o.signal ? { signal: o.signal } : {}),
    ...(o.scoreRows ? { scoreRows: o.scoreRows } : {}),
    rowOf: (candidate) => candidateRow(candidate, context, o),
    onProgress: (done, total) =>
      emit({ type: "progress", what: "synthesis", done: Math.floor(done), total, unit: "pairs" }),
  });
  const samples = nameSamples(learned.recipes, learned.canvases, admissions.slots);
  const made = new Map([...allocation.keys()].map((type) => [type, 0]));
  for (const { recipe } of samples) made.set(recipe.defectType, (made.get(recipe.defectType) ?? 0) + 1);

  const files = fileNames(o.outDir, rowsDir);
  const onDisk = await writeResults(o.outDir, workDir, samples, o.seed).catch((error: unknown) => {
    throw explainWriteError(error, o.outDir);
  });
  await writeAmpSamples(o.outDir, samples);
  await writeProvenance(files.provenance, o.outDir, samples, { ...o, exemplars: learned.exemplars });
  const ingest = await stagePairs({ ...o, samples, workDir, csv: files.rowsCsv });
  await rm(workDir, { recursive: true, force: true });

  const chain = checkChain({
    numSdg: o.numSdg,
    allocation,
    testcase: await countTestcase(files.testcase),
    resultRows: samples.length,
    ...onDisk,
    blocked: samples.filter((s) => !s.guardrailPass).length,
    paired: ingest.paired,
    skippedUnpaired: ingest.skippedUnpaired,
    csvRows: ingest.table.length,
  });
  const problems = [...learned.problems, ...unreadable(admissions.unreadable), ...chain.problems];
  for (const problem of chain.problems) emit({ type: "problem", problem });
  const seconds = (performance.now() - started) / 1000;
  await writeTiming(o.outDir, samples, admissions.draws, seconds);
  return {
    rows: ingest.rows,
    table: ingest.table,
    header: PAIR_COLUMNS,
    allocation,
    made,
    chain,
    problems,
    refused: admissions.refused,
    placedFreely: placedFreely(samples),
    draws: admissions.draws,
    seconds,
    files,
  };
}

function checkOptions(o: GenerateOptions): void {
  if (!/^\.(png|jpe?g)$/i.test(o.imageExt))
    throw new ReflowError(
      "usage",
      "image_ext_unsupported",
      `synthetic pairs cannot be written as "${o.imageExt}"`,
      "Use .png, .jpg or .jpeg.",
    );
  if (!/^[\w-]+$/.test(o.subdir))
    throw new ReflowError(
      "usage",
      "subdir_invalid",
      `"${o.subdir}" is not a plain folder name`,
      "For example synthetic_iter1.",
    );
  if ((o.defectSpec === undefined) !== (o.datasetDir === undefined))
    throw dataError(
      "dataset_incomplete",
      "a defect spec needs its dataset folder, and the other way round",
      "Give both or none.",
    );
}

/** Removes what an earlier, perhaps interrupted, run of this stage left. Only folders of this stage's own. */
async function clean(o: GenerateOptions, rowsDir: string, workDir: string): Promise<void> {
  const own = [
    workDir,
    ...["amp", "sdg", "testcase.jsonl", "allocation.json", "amp_samples.json", "provenance.jsonl"].map((f) =>
      path.join(o.outDir, f),
    ),
    path.join(o.stageDir, `${o.subdir}_ng`),
    path.join(o.stageDir, `${o.subdir}_ok`),
    path.join(rowsDir, "sdg_rows_raw.csv"),
    path.join(rowsDir, "ingest_summary.json"),
  ];
  for (const file of own)
    await rm(file, { recursive: true, force: true }).catch((error: unknown) => {
      throw explainWriteError(error, file);
    });
}

function contextOf(o: GenerateOptions, learned: Learned, workDir: string): DrawContext {
  return {
    seed: `${o.seed}/${o.subdir}`,
    around: learned.around,
    exemplars: learned.exemplars,
    recipes: learned.recipes,
    canvases: learned.canvases,
    classes: learned.classes,
    lights: Math.max(1, o.lights.length),
    imageExt: o.imageExt,
    workDir,
    ...(o.drawer ? { drawer: o.drawer } : {}),
  };
}

/** A candidate as a row, so that the model can score exactly the bytes that would be trained on. */
function candidateRow(candidate: Candidate, context: DrawContext, o: GenerateOptions): PairRow {
  const folder = path.join(context.workDir, candidate.folder);
  const files = (kind: "ng" | "ok"): string[] =>
    Array.from({ length: context.lights }, (_, k) => path.join(folder, `${kind}_${k}${context.imageExt}`));
  return {
    index: 0,
    line: 0,
    label: context.recipes[candidate.task.recipe].label,
    ng: 1,
    inputPath: `${o.subdir}_ng`,
    goldenPath: `${o.subdir}_ok`,
    objectName: candidate.folder,
    boardname: "",
    test: files("ng"),
    golden: files("ok"),
  };
}

function fileNames(outDir: string, rowsDir: string): GenerateResult["files"] {
  return {
    allocation: path.join(outDir, "allocation.json"),
    testcase: path.join(outDir, "testcase.jsonl"),
    ampSamples: path.join(outDir, "amp_samples.json"),
    result: path.join(outDir, "sdg", "SDG_result.csv"),
    provenance: path.join(outDir, "provenance.jsonl"),
    rowsCsv: path.join(rowsDir, "sdg_rows_raw.csv"),
    ingestSummary: path.join(rowsDir, "ingest_summary.json"),
  };
}

async function countTestcase(file: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw explainReadError(error, file);
  }
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const type = (JSON.parse(line) as { anomaly_type: string }).anomaly_type;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}

function unreadable(
  found: readonly Readonly<{ code: string; message: string; hint: string; file?: string }>[],
): Problem[] {
  return found.map(({ code, message, hint, file }) => ({
    code,
    severity: "warning",
    message,
    hint,
    ...(file ? { where: { file } } : {}),
  }));
}

async function writeTiming(
  outDir: string,
  samples: readonly Sample[],
  draws: number,
  seconds: number,
): Promise<void> {
  await writeJsonAtomic(path.join(outDir, "sdg", "timing_summary.json"), {
    total_time_seconds: Number(seconds.toFixed(3)),
    num_samples: samples.length,
    num_draws: draws,
    average_time_per_sample_seconds: Number((seconds / Math.max(1, samples.length)).toFixed(4)),
  });
}
