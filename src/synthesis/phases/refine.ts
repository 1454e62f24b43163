import { rm } from "node:fs/promises";
import path from "node:path";
import { formatCsv } from "../../kit/csv.js";
import { writeFileAtomic, writeJsonAtomic } from "../../kit/files.js";
import { seeded } from "../../kit/random.js";
import { FOLDERS } from "../run/make.js";
import { type Finished, type RunOptions, runTestcases } from "../run/run.js";
import { same } from "../run/scene.js";
import { resultTable } from "../run/table.js";
import { type Attempt, bestAttempts, type FilterSample, filterSamples, missingAfter } from "./select.js";

/** Range of the drawn guidance and crop ratio of a search round (contract 6.4). */
const DRAWN = [1.5, 10] as const;
/** Rounds of new pairings that a type below the threshold gets. */
const REGENS = 5;

export type Refined = Readonly<{
  /** Folder of the final pictures. */
  folder: string;
  searched: number;
  kept: number;
  regenerated: number;
  failing: number;
}>;

type Source = Finished & Readonly<{ folder: string; source: string; nn: number | undefined }>;

/**
 * The search and filter phases after a first run (contract 6.4): `search` rounds draw guidance and crop ratio anew for
 * every line, the best attempt of each goes to `searched/`; with a `threshold` above 0, samples below it are replaced by
 * new pairings of the masks and pictures of their type, into `filtered/`. All folders lie in the run's output.
 */
export async function refineRun(
  o: RunOptions & Readonly<{ search: number; threshold: number }>,
  first: readonly Finished[],
  scores: ReadonlyMap<string, number | undefined>,
): Promise<Refined> {
  let current: Source[] = first.map((f) => ({
    ...f,
    folder: o.output,
    source: "original",
    nn: scores.get(f.job.name),
  }));
  let folder = o.output;
  if (o.search > 0) {
    current = await searchRounds(o, current);
    folder = path.join(o.output, "searched");
    await collect(folder, current, (s) => `idx${String(s.job.row.index).padStart(6, "0")}_${s.job.name}`);
  }
  const searched = o.search > 0 ? current.length : 0;
  if (o.threshold <= 0) return { folder, searched, kept: current.length, regenerated: 0, failing: 0 };
  const { made, chosen } = await filterRounds(o, current);
  folder = path.join(o.output, "filtered");
  const counts = new Map<string, number>();
  await collect(
    folder,
    chosen.map((c) => c.source),
    (s) => {
      const n = counts.get(s.job.row.defectType) ?? 0;
      counts.set(s.job.row.defectType, n + 1);
      return `${s.job.row.defectType}_${String(n).padStart(5, "0")}`;
    },
  );
  return {
    folder,
    searched,
    kept: chosen.length,
    regenerated: made,
    failing: chosen.filter((c) => !c.passed).length,
  };
}

async function searchRounds(
  o: RunOptions & Readonly<{ search: number }>,
  first: readonly Source[],
): Promise<Source[]> {
  const attempts: Attempt[] = [];
  const found = new Map<string, Source>();
  const note = (s: Source, round: number): void => {
    const name = `${round}/${s.job.name}`;
    found.set(name, s);
    const { index, guidance, cropRatio } = s.job.row;
    attempts.push({ line: index, round, guidance, cropRatio: cropRatio ?? 0, nn: s.nn, name });
  };
  for (const s of first) note(s, 0);
  for (let round = 1; round <= o.search; round++) {
    const folder = path.join(o.output, "search", `round_${round}`);
    const draws: Record<string, { guidance: number; crop_ratio: number }> = {};
    const rows = first.map((s) => {
      const random = seeded(o.seed ?? 0).fork("search", round, s.job.row.index);
      const draw = { guidance: two(random.range(...DRAWN)), crop_ratio: two(random.range(...DRAWN)) };
      draws[s.job.row.index] = draw;
      return rowOf(s, { ...draw, seed: (o.seed ?? 0) + round });
    });
    await writeJsonAtomic(path.join(folder, "draws.json"), draws);
    for (const s of await runRows(o, folder, rows, `round_${round}`)) note(s, round);
  }
  const best = bestAttempts(attempts);
  await writeFileAtomic(
    path.join(o.output, "searched", "search_summary.csv"),
    formatCsv(
      ["sample_index", "best_round", "best_guidance", "best_crop_ratio", "best_nn_score", "attempts"],
      best.map(({ best: b, tried }) => [
        b.line,
        b.round,
        b.guidance,
        b.cropRatio,
        b.nn?.toFixed(6) ?? "",
        tried,
      ]),
    ),
  );
  return best.map((b) => found.get(b.best.name)!);
}

async function filterRounds(
  o: RunOptions & Readonly<{ threshold: number }>,
  current: readonly Source[],
): Promise<{ made: number; chosen: { source: Source; passed: boolean }[] }> {
  const sources = new Map<string, Source>();
  const sample = (s: Source, regen?: number): FilterSample => {
    const key = `${s.folder}/${s.job.name}`;
    sources.set(key, s);
    return { key, defectType: s.job.row.defectType, nn: s.nn, ...(regen === undefined ? {} : { regen }) };
  };
  const samples = current.map((s) => sample(s));
  const regens: FilterSample[] = [];
  for (let k = 1; k <= REGENS; k++) {
    const passed = regens.filter((r) => r.nn !== undefined && r.nn >= o.threshold);
    const rows: Record<string, unknown>[] = [];
    for (const [type, need] of missingAfter(samples, o.threshold)) {
      const left = need - passed.filter((p) => p.defectType === type).length;
      const own = current.filter((s) => s.job.row.defectType === type);
      for (let n = 0; n < left; n++) {
        const random = seeded(1000 * k + 1).fork("regen", type, n);
        rows.push({
          ...rowOf(random.pick(own), { seed: 1000 * k + 1 + n }),
          index: rows.length,
          shift_values: `${random.int(21) - 10},${random.int(21) - 10}`,
          rotation_angle: random.int(31) - 15,
        });
      }
    }
    if (rows.length === 0) break;
    const folder = path.join(o.output, "regens", `regen_${k}`);
    for (const s of await runRows(o, folder, rows, `regen_${k}`)) regens.push(sample(s, k));
  }
  const kept = filterSamples(samples, regens, o.threshold);
  await writeFileAtomic(
    path.join(o.output, "regens", "regen_summary.csv"),
    formatCsv(
      [
        "sample_index",
        "source",
        "clean_image",
        "mask_filename",
        "prev_nn",
        "nn_score",
        "passed_threshold",
        "output_filename",
      ],
      kept.map(({ sample: s, passed }) => {
        const from = sources.get(s.key)!;
        const { index, text } = from.job.row;
        const score = s.nn?.toFixed(6) ?? "";
        return [
          s.regen === undefined ? index : -1,
          from.source,
          text.image,
          text.mask,
          s.regen === undefined ? score : "",
          score,
          passed ? "True" : "False",
          `${from.job.name}.png`,
        ];
      }),
    ),
  );
  return {
    made: regens.length,
    chosen: kept.map(({ sample: s, passed }) => ({ source: sources.get(s.key)!, passed })),
  };
}

/** Runs a list of rows into a folder of its own; scores come with it. */
async function runRows(
  o: RunOptions,
  folder: string,
  rows: readonly Record<string, unknown>[],
  source: string,
): Promise<Source[]> {
  const file = path.join(folder, "testcase.jsonl");
  await writeFileAtomic(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const { root: _, ...rest } = o;
  const result = await runTestcases({ ...rest, testcases: file, output: folder });
  return result.finished.map((f) => ({
    ...f,
    folder,
    source,
    nn: result.evaluation.samples.get(f.job.name)?.nn_score ?? undefined,
  }));
}

function rowOf(
  { job: { row } }: Finished,
  change: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { shift, rotation, morph } = row.augmentation;
  return {
    image_filename: row.image,
    mask_filename: row.mask,
    anomaly_type: row.defectType,
    guidance: row.guidance,
    num_steps: row.numSteps,
    crop_and_paste: row.cropAndPaste,
    ...(row.cropRatio === undefined ? {} : { crop_ratio: row.cropRatio }),
    crop_grid_X: row.cropGrid?.width ?? "none",
    crop_grid_Y: row.cropGrid?.height ?? "none",
    num_generated_images: 1,
    poisson_blend: row.poissonBlend,
    iteration_generation_max_instance: row.mostInstances,
    index: row.index,
    shift_values: `${shift.down},${shift.right}`,
    rotation_angle: rotation,
    morph_operation: morph,
    ...change,
  };
}

/** Gathers the pictures of samples under new names into one folder, with their table. */
async function collect(to: string, samples: readonly Source[], nameOf: (s: Source) => string): Promise<void> {
  for (const folder of Object.values(FOLDERS))
    await rm(path.join(to, folder), { recursive: true, force: true });
  const named = samples.map((s) => ({ ...s, name: nameOf(s) }));
  for (const s of named) {
    for (const folder of [FOLDERS.original, FOLDERS.mask, FOLDERS.made])
      await same(path.join(s.folder, folder, `${s.job.name}.png`), path.join(to, folder, `${s.name}.png`));
    for (const folder of [FOLDERS.crop, FOLDERS.cropMask, FOLDERS.annotated])
      for (let j = 0; j < s.made.instances.length; j++)
        await same(
          path.join(s.folder, folder, `${s.job.name}_${j}.png`),
          path.join(to, folder, `${s.name}_${j}.png`),
        );
  }
  const done = named.map((s) => ({
    job: { ...s.job, name: s.name },
    made: s.made,
    source: s.source,
    ...(s.nn === undefined ? {} : { nn: s.nn }),
  }));
  await writeFileAtomic(path.join(to, "SDG_result.csv"), resultTable(done));
}

function two(value: number): number {
  return Math.round(value * 100) / 100;
}
