import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { score } from "../../changenet/index.js";
import { type PairRow, readTable, toPairRows } from "../../dataset/index.js";
import { type Emit, formatCsv, type Problem, ReflowError, writeFileAtomic } from "../../kit/index.js";
import { type Bundle, openBundle } from "./files.js";

/** Missing images that are listed one by one. */
const LISTED = 20;

export type InferResult = Readonly<{
  rows: number;
  ng: number;
  pass: number;
  threshold: number | null;
  output: string;
}>;

/**
 * Scores a table with a bundle and writes all its columns plus `siamese_score` and, where the bundle has a
 * threshold, `verdict` (PASS or NG). Throws bundle errors, table errors usage errors for an output that cannot be
 * written or is the input, and one error that lists the missing images with their rows.
 */
export async function inferCsv(o: {
  bundle: string;
  csv: string;
  imagesDir: string;
  output: string;
  workers: number;
  emit?: Emit;
  signal?: AbortSignal;
}): Promise<InferResult> {
  await checkOutput(o.csv, o.output);
  const bundle = await openBundle(o.bundle);
  const { table, problems } = await readTable(o.csv, {
    requireColumns: ["input_path", "golden_path", "object_name"],
  });
  refuse(problems);
  if (!table) throw new ReflowError("data", "table_unreadable", `cannot read ${o.csv}`, "Check the file.");
  // A table to be judged need not have labels; the column is only carried along.
  const labelled = table.header.includes("label")
    ? table
    : { ...table, header: [...table.header, "label"], rows: table.rows.map((r) => [...r, "PASS"]) };
  const pairs = toPairRows(labelled, {
    imagesDir: o.imagesDir,
    lights: bundle.lights,
    imageExt: bundle.imageExt,
  });
  refuse(pairs.problems);
  if (pairs.rows.length === 0)
    throw new ReflowError("data", "no_rows", `${o.csv} has no data rows`, "Add rows.", {
      where: { file: o.csv },
    });
  refuseMissing(o.csv, pairs.rows);
  const scores = await scoreWith(bundle, pairs.rows, o);
  const cut = bundle.thresholds.decision_threshold;
  const { header, lines, ng } = judged(table.header, table.rows, scores, cut);
  await writeFileAtomic(o.output, formatCsv(header, lines));
  return { rows: lines.length, ng, pass: lines.length - ng, threshold: cut, output: o.output };
}

/**
 * The rows with `siamese_score` and, with a threshold, `verdict` behind them. Columns of an earlier scoring are
 * replaced: two of a name could not be read back.
 */
export function judged(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  scores: ArrayLike<number>,
  cut: number | null,
): { header: string[]; lines: string[][]; ng: number } {
  const kept = columns.flatMap((name, i) => (name === "siamese_score" || name === "verdict" ? [] : [i]));
  const pick = (cells: readonly string[]) => kept.map((i) => cells[i] as string);
  let ng = 0;
  const lines = rows.map((row, i) => {
    const s = scores[i] as number;
    if (cut === null) return [...pick(row), String(s)];
    if (s > cut) ng++;
    return [...pick(row), String(s), s > cut ? "NG" : "PASS"];
  });
  return { header: [...pick(columns), "siamese_score", ...(cut === null ? [] : ["verdict"])], lines, ng };
}

/** Scores rows with the model of an opened bundle. */
export function scoreWith(
  bundle: Bundle,
  rows: readonly PairRow[],
  o: { workers: number; emit?: Emit; signal?: AbortSignal },
): Promise<Float32Array> {
  return score({
    checkpoint: bundle.model,
    rows,
    workers: o.workers,
    ...(o.emit ? { emit: o.emit } : {}),
    ...(o.signal ? { signal: o.signal } : {}),
  });
}

/** Refuses before any work an output that is the input, a folder, or below a file. */
async function checkOutput(csv: string, output: string): Promise<void> {
  const wrong = (code: string, message: string) =>
    new ReflowError("usage", code, message, "Name another output file.", { where: { file: output } });
  const look = (file: string) => stat(file, { bigint: true }).catch(() => undefined);
  const [input, old, folder] = await Promise.all([look(csv), look(output), look(path.dirname(output))]);
  if (old?.isDirectory()) throw wrong("is_a_folder", `the output ${output} is a folder`);
  if (folder && !folder.isDirectory())
    throw wrong("not_a_folder", `${path.dirname(output)} is a file, not a folder`);
  const same = input && old && input.dev === old.dev && input.ino === old.ino;
  if (same || path.resolve(csv) === path.resolve(output))
    throw wrong("output_is_input", `the output ${output} would overwrite the table that is read`);
}

/** One error for all images that are not there, each with its row; the first {@link LISTED} are listed. */
function refuseMissing(csv: string, rows: readonly PairRow[]): void {
  const known = new Map<string, boolean>();
  const absent = (file: string) => {
    const held = known.get(file);
    if (held !== undefined) return held;
    const missing = !existsSync(file);
    known.set(file, missing);
    return missing;
  };
  const problems: Problem[] = [];
  let count = 0;
  for (const row of rows)
    for (const kind of ["test", "golden"] as const)
      for (const file of row[kind]) {
        if (!absent(file) || ++count > LISTED) continue;
        problems.push({
          code: kind === "test" ? "image_missing" : "golden_missing",
          severity: "error",
          message: `no such file: ${file}`,
          hint: "Restore the file or remove the row.",
          where: { file: csv, row: row.line },
        });
      }
  const first = problems[0];
  if (!first) return;
  const more = count > LISTED ? `; the first ${LISTED} are listed` : "";
  const message = count === 1 ? first.message : `${count} images are missing${more}; ${first.message}`;
  throw new ReflowError("data", first.code, message, first.hint, {
    ...(first.where ? { where: first.where } : {}),
    problems,
  });
}

function refuse(problems: readonly Problem[]): void {
  const errors = problems.filter((p) => p.severity === "error");
  const first = errors[0];
  if (first)
    throw new ReflowError("data", first.code, first.message, first.hint, {
      ...(first.where ? { where: first.where } : {}),
      problems: errors,
    });
}
