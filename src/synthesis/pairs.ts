import path from "node:path";
import { normaliseLabel } from "../dataset/label.js";
import type { PairRow } from "../dataset/row.js";
import { OPTIONAL_COLUMNS, REQUIRED_COLUMNS } from "../dataset/table.js";
import { formatCsv } from "../kit/csv.js";
import { writeFileAtomic, writeJsonAtomic } from "../kit/files.js";
import { makeFolder } from "../kit/folders.js";
import { moveFile, type Sample } from "./files.js";

/** The columns of a ChangeNet table in the order of the pair script (contract 1.2). */
export const PAIR_COLUMNS = [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS] as const;

/** What the staging of pairs did; counts as in `ingest_summary.json` (contract 7.5). */
export type Ingest = Readonly<{
  rows: readonly PairRow[];
  /** Rows of sdg_rows_raw.csv, with paths relative to the staging folder. */
  raw: readonly (readonly string[])[];
  /** The same rows with the paths that a training table under the workspace needs. */
  table: readonly (readonly string[])[];
  paired: number;
  skippedUnpaired: number;
  csv: string;
}>;

/**
 * Stages the pairs of all lightings to `<stageDir>/<subdir>_{ng,ok}/<name>_<light><ext>` and writes the raw rows
 * and the summary. Blocked samples are left out and not counted as unpaired. Cells are quoted where needed (T34).
 */
export async function stagePairs(o: {
  samples: readonly Sample[];
  workDir: string;
  stageDir: string;
  subdir: string;
  lights: readonly string[];
  imageExt: string;
  workspaceRelative: string;
  csv: string;
}): Promise<Ingest> {
  const ng = path.join(o.stageDir, `${o.subdir}_ng`);
  const ok = path.join(o.stageDir, `${o.subdir}_ok`);
  await makeFolder(ng);
  await makeFolder(ok);
  const suffixes = o.lights.length === 0 ? [""] : o.lights.map((light) => `_${light}`);
  const labels: Record<string, number> = {};
  const rows: PairRow[] = [];
  const prefix = o.workspaceRelative.replace(/\/+$/, "");
  const join = (name: string): string => (prefix === "" ? name : `${prefix}/${name}`);
  for (const { name, recipe, admitted, guardrailPass } of o.samples) {
    if (!guardrailPass) continue;
    const from = path.join(o.workDir, admitted.candidate.folder);
    const test: string[] = [];
    const golden: string[] = [];
    for (const [k, suffix] of suffixes.entries()) {
      const file = `${name}${suffix}${o.imageExt}`;
      await moveFile(path.join(from, `ng_${k}${o.imageExt}`), path.join(ng, file));
      await moveFile(path.join(from, `ok_${k}${o.imageExt}`), path.join(ok, file));
      test.push(path.join(ng, file));
      golden.push(path.join(ok, file));
    }
    const label = normaliseLabel(recipe.label);
    labels[label] = (labels[label] ?? 0) + 1;
    rows.push({
      index: rows.length,
      line: rows.length + 2,
      label,
      ng: 1,
      inputPath: join(`${o.subdir}_ng`),
      goldenPath: join(`${o.subdir}_ok`),
      objectName: name,
      boardname: "",
      test,
      golden,
    });
  }
  const cells = (row: PairRow, input: string, golden: string): string[] => [
    input,
    golden,
    row.label,
    row.objectName,
    ...Array.from({ length: 10 }, () => ""),
  ];
  const raw = rows.map((row) => cells(row, `${o.subdir}_ng/`, `${o.subdir}_ok/`));
  const table = rows.map((row) => cells(row, row.inputPath, row.goldenPath));
  await writeFileAtomic(o.csv, formatCsv(PAIR_COLUMNS, raw));
  const folder = path.dirname(o.csv);
  const relative = (file: string): string => path.relative(folder, file).split(path.sep).join("/");
  await writeJsonAtomic(path.join(folder, "ingest_summary.json"), {
    input_count: o.samples.length,
    paired_count: rows.length,
    skipped_unpaired_count: 0,
    skipped_unpaired_examples: [],
    converted_to_jpg_count: /\.jpe?g$/i.test(o.imageExt) ? rows.length * suffixes.length : 0,
    guardrail_blocked_count: o.samples.length - rows.length,
    labels,
    ng_staging_dir: relative(ng),
    ok_staging_dir: relative(ok),
    output_csv: path.basename(o.csv),
  });
  return { rows, raw, table, paired: rows.length, skippedUnpaired: 0, csv: o.csv };
}
