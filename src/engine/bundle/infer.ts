import { score } from "../../changenet/index.js";
import { type PairRow, readTable, toPairRows } from "../../dataset/index.js";
import { type Emit, formatCsv, type Problem, ReflowError, writeFileAtomic } from "../../kit/index.js";
import { type Bundle, openBundle } from "./files.js";

export type InferResult = Readonly<{
  rows: number;
  ng: number;
  pass: number;
  threshold: number | null;
  output: string;
}>;

/**
 * Scores a table with a bundle and writes all its columns plus `siamese_score` and, where the bundle has a
 * threshold, `verdict` (PASS or NG). Throws bundle errors, table errors and the first image error.
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
  const scores = await scoreWith(bundle, pairs.rows, o);
  const cut = bundle.thresholds.decision_threshold;
  let ng = 0;
  const lines = table.rows.map((cells, i) => {
    const s = scores[i] as number;
    if (cut === null) return [...cells, String(s)];
    const bad = s > cut;
    if (bad) ng++;
    return [...cells, String(s), bad ? "NG" : "PASS"];
  });
  const header = [...table.header, "siamese_score", ...(cut === null ? [] : ["verdict"])];
  await writeFileAtomic(o.output, formatCsv(header, lines));
  return { rows: lines.length, ng, pass: lines.length - ng, threshold: cut, output: o.output };
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

function refuse(problems: readonly Problem[]): void {
  const errors = problems.filter((p) => p.severity === "error");
  const first = errors[0];
  if (first)
    throw new ReflowError("data", first.code, first.message, first.hint, {
      ...(first.where ? { where: first.where } : {}),
      problems: errors,
    });
}
