import path from "node:path";
import type { Problem } from "../kit/errors.js";
import { silent } from "../kit/events.js";
import { hashFile, toJson, writeFileAtomic, writeJsonAtomic } from "../kit/files.js";
import { requireApart } from "../kit/folders.js";
import { sweep } from "../kit/leftovers.js";
import { boxKey, type PromptBoxes } from "./dataset/boxes.js";
import type { Pool } from "./dataset/pools.js";
import { promptBoxes, readInputs, shareOut } from "./inputs.js";
import { checkOptions, type PlaceMasksOptions } from "./options.js";
import { openRecords } from "./records.js";
import { AREA_ATTEMPTS } from "./routes/free.js";
import type { Route, SampleSummary, SampleTask } from "./routes/task.js";
import { collectRows, findings } from "./rows.js";
import { placeAll } from "./run-samples.js";
import { listSamples, type SampleList, type SampleRecord } from "./samples.js";
import { recordPath, type Testcase, writeTestcases } from "./testcases.js";

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
 * `no_defect_types`, `allocation_uncovered`, `output_inside_input`, `output_exists`, or errors of the disk. Samples that cannot be placed are
 * no error: they are missing in `testcases`, and `problems` says why.
 */
export async function placeMasks(o: PlaceMasksOptions): Promise<PlaceMasksResult> {
  const emit = o.emit ?? silent;
  const seed = o.seed ?? 42;
  checkOptions(o, seed);
  const root = path.resolve(o.dataset);
  // Results among the inputs would be inputs of the next placement, and of `synth fit`.
  await requireApart(root, o.output);
  const { pools, problems } = await readInputs(o, root);
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
    ...(o.mostCover === undefined ? {} : { most_cover: o.mostCover }),
  };
  const records = await openRecords(o.output, settings);
  await sweep(o.output);
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
      ...(o.mostCover === undefined ? {} : { mostCover: o.mostCover }),
    };
  });
  const { entries, resumed } = await placeAll(tasks, records, o, emit);
  const rows = collectRows(o, pools.pools, allocation, tasks, entries);
  const placed = Object.fromEntries([...allocation.keys()].map((type) => [type, 0]));
  for (const { anomaly_type } of rows) placed[anomaly_type] = (placed[anomaly_type] ?? 0) + 1;
  const summary = entries.map((e) => e.summary);
  await writeJsonAtomic(files.summary, summary);
  await writeTestcases(files.testcase, rows);
  await records.finish({ allocation: plan, placed }, entries);
  const found = [...problems, ...told, ...findings(tasks, entries, plan, placed)];
  return { testcases: rows, allocation: plan, placed, summary, problems: found, files, resumed };
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
