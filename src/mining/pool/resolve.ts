import { realpath } from "node:fs/promises";
import path from "node:path";
import {
  exists,
  type Problem,
  ReflowError,
  streamCsv,
  writeFileAtomic,
  writeJsonAtomic,
} from "../../kit/index.js";
import { fileFinder, goldenCandidates, type PoolPlaces, poolCells, testCandidates } from "./locate.js";

export type ResolveOptions = Readonly<{
  csv: string;
  imagesRoot: string;
  outputCsv: string;
  /** Summary as JSON beside stdout of the upstream tool. */
  summary?: string;
  /** First key of `input_map`; "" when names carry no lighting (default `SolderLight`). */
  light?: string;
  /** With or without its dot (default `.jpg`). */
  imageExt?: string;
  /** Folders that the images must lie in after all links are followed; the images root is always allowed. */
  within?: readonly string[];
}>;

export type PoolSummary = Readonly<{ rows: number; missing: 0; ambiguous: 0 }>;

/** Failures shown one by one; the rest is a number. */
const SHOWN = 20;

/**
 * Finds the one image file, and the one golden file where a golden is named, of every pool row, and writes the
 * table again with a `filepath` column: relative to the images root when inside it, else absolute (contract 8.1).
 *
 * Throws `mining_pool_missing`, `mining_pool_empty` (no header or no rows: a hard stop) or
 * `mining_pool_unresolved` with one problem per failing row.
 */
export async function resolvePool(options: ResolveOptions): Promise<PoolSummary> {
  const { light = "SolderLight", imageExt = ".jpg", within } = options;
  const csv = await realFile(options.csv);
  const imagesRoot = await realpath(options.imagesRoot).catch(() => path.resolve(options.imagesRoot));
  const places: PoolPlaces = {
    csvDir: path.dirname(csv),
    imagesRoot,
    light,
    imageExt: imageExt.startsWith(".") ? imageExt : `.${imageExt}`,
  };
  const allowed =
    within &&
    (await Promise.all([imagesRoot, ...within].map((f) => realpath(f).catch(() => path.resolve(f)))));

  let column = new Map<string, number>();
  let header: string[] = [];
  const rows: { cells: readonly string[]; line: number }[] = [];
  let problems: Problem[];
  try {
    ({ problems } = await streamCsv(
      csv,
      (names) => {
        header = names.includes("filepath") ? [...names] : [...names, "filepath"];
        column = new Map(header.map((name, i) => [name, i]));
      },
      (row) => rows.push(row),
    ));
  } catch (error) {
    if (error instanceof ReflowError && error.code === "csv_empty")
      throw emptyPool(csv, "mining pool CSV has no header");
    throw error;
  }
  if (problems.length > 0) throw unresolved(csv, problems.length, problems);
  if (rows.length === 0) throw emptyPool(csv, "mining pool CSV has zero data rows");

  const find = fileFinder();
  const failures: Problem[] = [];
  let failed = 0;
  const fail = (row: number, line: number, what: string, hint: string): void => {
    if (++failed <= SHOWN)
      failures.push({
        code: "mining_pool_row",
        severity: "error",
        message: `row ${row}: ${what}`,
        hint,
        where: { file: csv, row: line },
      });
  };
  const out: string[][] = [];
  for (const [i, { cells, line }] of rows.entries()) {
    if (i % 2000 === 1999) await new Promise((resolve) => setImmediate(resolve));
    const cell = (name: string) => cells[column.get(name) ?? -1] ?? "";
    const named = poolCells(cell);
    const files = find(testCandidates(named, places));
    const file = files[0];
    if (files.length !== 1 || file === undefined) {
      fail(i + 2, line, `input resolved ${files.length} files`, HINT_INPUT);
      continue;
    }
    const goldens = find(goldenCandidates(named, places));
    if (named.golden !== "" && goldens.length !== 1) {
      fail(i + 2, line, `golden resolved ${goldens.length} files`, HINT_GOLDEN);
      continue;
    }
    const outside = allowed && [file, ...goldens].find((f) => !allowed.some((root) => isInside(root, f)));
    if (outside) {
      fail(i + 2, line, `${outside} lies outside the workspace`, "Copy the image into the images folder.");
      continue;
    }
    const at = column.get("filepath") as number;
    const row = header.map((_, c) => cells[c] ?? "");
    row[at] = isInside(imagesRoot, file) ? path.relative(imagesRoot, file) : file;
    out.push(row);
  }
  if (failed > 0) throw unresolved(csv, failed, failures);

  await writeFileAtomic(options.outputCsv, excelCsv(header, out));
  const result: PoolSummary = { rows: rows.length, missing: 0, ambiguous: 0 };
  if (options.summary) await writeJsonAtomic(options.summary, result);
  return result;
}

const HINT_INPUT =
  "Exactly one file must match filepath, input_path or image_path (with object_name, lighting and extension).";
const HINT_GOLDEN =
  "golden_path must lead to exactly one file; leave it empty for a PASS row without golden.";

async function realFile(file: string): Promise<string> {
  if (await exists(file)) return realpath(file);
  throw new ReflowError(
    "data",
    "mining_pool_missing",
    `there is no mining pool at ${file}`,
    "Mining needs a pool: put one at augmentation/mining_pool/mining_pool.csv.",
    { where: { file } },
  );
}

function emptyPool(file: string, message: string): ReflowError {
  return new ReflowError("data", "mining_pool_empty", message, "Add rows to the pool.", { where: { file } });
}

function unresolved(file: string, count: number, problems: readonly Problem[]): ReflowError {
  return new ReflowError(
    "data",
    "mining_pool_unresolved",
    `${count} row(s) of the mining pool name no single image: ${problems[0]?.message}`,
    problems[0]?.hint ?? HINT_INPUT,
    { where: { file }, problems },
  );
}

export function isInside(root: string, file: string): boolean {
  return file === root || file.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
}

/** The dialect of spreadsheet programs, which the upstream resolver writes: CRLF line ends. */
function excelCsv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
