import { stat } from "node:fs/promises";
import { toPairRows } from "../../dataset/pairs.js";
import type { PairRow } from "../../dataset/row.js";
import { type Problem, ReflowError } from "../../kit/index.js";
import type { Records } from "./table.js";

export type Naming = Readonly<{ lights: readonly string[]; imageExt: string }>;

/**
 * The rows of a table with their files. Throws `merge_rows_invalid` when a row cannot be used: in a training set
 * that is written and validated as a whole, none may be.
 */
export function pairRowsOf(table: Records, imagesDir: string, naming: Naming): PairRow[] {
  const cells = table.rows.map((row) => table.header.map((name) => row[name] ?? ""));
  const { rows, problems } = toPairRows({ ...table, rows: cells }, { ...naming, imagesDir });
  const errors = problems.filter((p) => p.severity === "error");
  const first = errors[0];
  if (first || rows.length !== table.rows.length)
    throw new ReflowError(
      "data",
      "merge_rows_invalid",
      `${table.file}: ${first?.message ?? "a row names no pair of images"}`,
      first?.hint ?? "Run reflow doctor on the workspace.",
      { where: first?.where ?? { file: table.file }, problems: errors.slice(0, 20) },
    );
  return rows;
}

const AT_ONCE = 64;
const SHOWN = 20;

/** Every image of every lighting must be a non-empty file. Throws `merge_missing_files` with the first rows. */
export async function requireFiles(rows: readonly PairRow[], table: string): Promise<number> {
  const owner = new Map<string, PairRow>();
  for (const row of rows)
    for (const file of [...row.test, ...row.golden]) if (!owner.has(file)) owner.set(file, row);
  const files = [...owner.keys()];
  const missing: string[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const part = files.slice(at, at + AT_ONCE);
    const there = await Promise.all(
      part.map((file) =>
        stat(file).then(
          (s) => s.isFile() && s.size > 0,
          () => false,
        ),
      ),
    );
    missing.push(...part.filter((_, i) => !there[i]));
  }
  if (missing.length === 0) return files.length;
  const problems = missing.slice(0, SHOWN).map(
    (file): Problem => ({
      code: "image_missing",
      severity: "error",
      message: `no image ${file}`,
      hint: HINT,
      where: { file: table, row: owner.get(file)?.line ?? 0 },
    }),
  );
  throw new ReflowError(
    "data",
    "merge_missing_files",
    `${missing.length} image(s) of the merged training set are missing, first ${missing[0]}`,
    HINT,
    { where: problems[0]?.where ?? { file: table }, problems },
  );
}

const HINT =
  "Restore the images. If the paths of base rows look doubled or cut, the images folder was put before them twice or not at all.";
