import { realpath } from "node:fs/promises";
import path from "node:path";
import { isPass, labelFault, normaliseLabel } from "../../dataset/label.js";
import type { PairRow } from "../../dataset/row.js";
import { readTable } from "../../dataset/table.js";
import { dataError, type Problem, ReflowError } from "../../kit/index.js";
import { fileFinder, goldenCandidates, type PoolPlaces, poolCells } from "./locate.js";

/** A pool row with its files. */
export type PoolRow = PairRow &
  Readonly<{
    /** The identity of the history ledger: the absolute, symlink-resolved test file of the first lighting (T20). */
    filepath: string;
    /** False for rows of an OK-only pool: then `golden` repeats `test`. */
    hasGolden: boolean;
    /** Every cell of the row by column. */
    cells: Readonly<Record<string, string>>;
  }>;

export type PoolTable = Readonly<{ file: string; header: readonly string[]; rows: readonly PoolRow[] }>;

/**
 * Reads the table that {@link resolvePool} wrote. All lightings must exist beside the first one.
 * Throws `mining_pool_missing`, `mining_pool_empty`, `mining_pool_unresolved` (files moved since) or
 * `mining_pool_label` for labels that would train as something else than they mean.
 */
export async function readPool(o: {
  resolvedCsv: string;
  /** Folder of the table that was resolved, where golden paths may be relative to it. */
  sourceCsv?: string;
  imagesRoot: string;
  lights: readonly string[];
  imageExt: string;
}): Promise<PoolTable> {
  const { table, problems } = await readTable(o.resolvedCsv, { requireColumns: ["filepath"] });
  if (!table || problems.length > 0) {
    const first = problems[0];
    const missing = first?.code === "file_missing";
    throw new ReflowError(
      "data",
      missing ? "mining_pool_missing" : "mining_pool_unresolved",
      first?.message ?? "the resolved mining pool cannot be read",
      missing ? "Resolve the mining pool first." : (first?.hint ?? ""),
      { where: { file: o.resolvedCsv }, problems },
    );
  }
  if (table.rows.length === 0)
    throw dataError("mining_pool_empty", "the mining pool has zero data rows", "Add rows to the pool.", {
      file: table.file,
    });

  const imagesRoot = await realpath(o.imagesRoot).catch(() => path.resolve(o.imagesRoot));
  const sourceCsv = o.sourceCsv ? await realpath(o.sourceCsv).catch(() => o.sourceCsv) : o.resolvedCsv;
  const places: PoolPlaces = {
    csvDir: path.dirname(sourceCsv as string),
    imagesRoot,
    light: o.lights[0] ?? "",
    imageExt: o.imageExt,
  };
  const find = fileFinder();
  const faults: Problem[] = [];
  const rows: PoolRow[] = [];
  for (const [i, values] of table.rows.entries()) {
    if (i % 2000 === 1999) await new Promise((resolve) => setImmediate(resolve));
    const line = table.lines[i] as number;
    const cells = Object.fromEntries(table.header.map((name, c) => [name, values[c] ?? ""]));
    const row = poolRow(cells, { index: i, line, places, lights: o.lights, find });
    if (typeof row === "string") faults.push(rowProblem(row, table.file, line, "mining_pool_row"));
    else if (row.label === "" || labelFault(cells.label ?? "") === "label_wrong_case")
      faults.push(rowProblem(`label "${cells.label}" is not usable`, table.file, line, "mining_pool_label"));
    else rows.push(row);
  }
  const worst = faults[0];
  if (worst)
    throw new ReflowError(
      "data",
      worst.code === "mining_pool_label" ? "mining_pool_label" : "mining_pool_unresolved",
      `${faults.length} row(s) of the mining pool cannot be used: ${worst.message}`,
      worst.hint,
      { where: worst.where ?? {}, problems: faults.slice(0, 20) },
    );
  return { file: table.file, header: table.header, rows };
}

function rowProblem(message: string, file: string, row: number, code: string): Problem {
  const hint =
    code === "mining_pool_label"
      ? "Write PASS exactly so for good parts, and a defect type for the others."
      : "Restore the image, or resolve the pool again.";
  return { code, severity: "error", message, hint, where: { file, row } };
}

type RowContext = Readonly<{
  index: number;
  line: number;
  places: PoolPlaces;
  lights: readonly string[];
  find: ReturnType<typeof fileFinder>;
}>;

function poolRow(cells: Readonly<Record<string, string>>, at: RowContext): PoolRow | string {
  const named = poolCells((column) => cells[column] ?? "");
  const test = at.find([path.resolve(at.places.imagesRoot, named.raw)])[0];
  if (test === undefined) return `the image ${named.raw} is gone`;
  const goldens = at.find(goldenCandidates(named, at.places));
  if (named.golden !== "" && goldens.length !== 1) return `golden resolved ${goldens.length} files`;
  const tests = otherLights(test, at);
  const pairs = goldens[0] === undefined ? tests : otherLights(goldens[0], at);
  if (typeof tests === "string") return tests;
  if (typeof pairs === "string") return pairs;
  const label = normaliseLabel(cells.label ?? "");
  return {
    index: at.index,
    line: at.line,
    label,
    ng: isPass(label) ? 0 : 1,
    inputPath: cells.input_path ?? "",
    goldenPath: named.golden,
    objectName: named.objectName || stemOf(test, at.places),
    boardname: cells.boardname ?? "",
    test: tests,
    golden: pairs,
    filepath: test,
    hasGolden: goldens.length === 1,
    cells,
  };
}

/** The files of all lightings beside the first one's, or what is wrong. */
function otherLights(file: string, at: RowContext): readonly string[] | string {
  if (at.lights.length < 2) return [file];
  const end = `_${at.lights[0]}${at.places.imageExt}`;
  if (!file.endsWith(end)) return `${file} does not end in ${end}, so its other lightings cannot be found`;
  const stem = file.slice(0, -end.length);
  const files = at.lights.map((light) => `${stem}_${light}${at.places.imageExt}`);
  const missing = files.find((f) => at.find([f]).length === 0);
  return missing ? `the lighting ${missing} is missing` : files;
}

/** File name without lighting and extension (contract 8.7). */
function stemOf(file: string, { light, imageExt }: PoolPlaces): string {
  const name = path.basename(file);
  const end = light === "" ? imageExt : `_${light}${imageExt}`;
  return name.endsWith(end) ? name.slice(0, -end.length) : path.parse(name).name;
}
