import path from "node:path";
import { type Problem, ReflowError } from "../kit/errors.js";
import { joinInside } from "../kit/files.js";
import type { Code } from "./codes.js";
import { type Collector, collector } from "./collect.js";
import { isNanLike, isPass, labelFault, normaliseLabel } from "./label.js";
import type { PairRow, Table } from "./row.js";
import { type PairColumns, pairColumns } from "./table.js";

/** How the name of an image file is made (contract 1.4). No lightings: no suffix. */
export type ImageNaming = Readonly<{ imagesDir: string; lights: readonly string[]; imageExt: string }>;

/** The file names of one object in its folder, one per lighting (contract 1.4). */
export function imageNames(objectName: string, lights: readonly string[], imageExt: string): string[] {
  return lights.length === 0
    ? [`${objectName}${imageExt}`]
    : lights.map((light) => `${objectName}_${light}${imageExt}`);
}

/** NUL, line ends, tabs, escapes: no tool keeps them in a file name, and most readers cut or mangle them. */
const CONTROL = /\p{Cc}/u;

/** The checked and trimmed cells of one row, or the reason why the row cannot be used. */
export type RowCells = Readonly<{
  label: string;
  input: string;
  golden: string;
  object: string;
  board: string;
}>;

/**
 * Checks the cells of a row and reports what is wrong. A row that names no pair or has no class gives
 * undefined. A wrong-case `pass` is reported and then kept: what it meant is known, and all tools agree to refuse it.
 */
export function checkCells(
  cells: readonly string[],
  line: number,
  columns: PairColumns,
  file: string,
  found: Collector,
): RowCells | undefined {
  let usable = true;
  const read = (column: number, field: string, isPath: boolean): string => {
    const raw = cells[column] ?? "";
    const text = raw.trim();
    const at = (code: Code, message: () => string) =>
      found.add(code, message, { file, row: line, column: column + 1, field });
    if (text === "") {
      at("cell_empty", () => `${field} is empty`);
      usable = false;
    } else {
      if (text !== raw) at("cell_whitespace", () => `${field} ${JSON.stringify(raw)} has blanks around it`);
      if (isNanLike(text)) at("cell_nan_like", () => `${field} "${text}" reads as a missing value in pandas`);
      if (CONTROL.test(text)) {
        at("control_character", () => `${field} ${JSON.stringify(text)} has a control character`);
        usable = false;
      }
      if (isPath && text.includes("\\")) at("path_backslash", () => `${field} "${text}" has backslashes`);
      if (isPath && path.isAbsolute(text)) at("path_absolute", () => `${field} "${text}" is absolute`);
    }
    return text;
  };
  const input = read(columns.input, "input_path", true);
  const golden = read(columns.golden, "golden_path", true);
  const object = read(columns.object, "object_name", false);
  if (/[/\\]/.test(object)) {
    const place = { file, row: line, column: columns.object + 1, field: "object_name" };
    found.add("object_name_invalid", () => `object_name "${object}" contains a path separator`, place);
    usable = false;
  }
  const label = cells[columns.label] ?? "";
  if (CONTROL.test(label.trim())) {
    const place = { file, row: line, column: columns.label + 1, field: "label" };
    found.add("control_character", () => `label ${JSON.stringify(label)} has a control character`, place);
    usable = false;
  }
  const fault = labelFault(label);
  if (fault) {
    const place = { file, row: line, column: columns.label + 1, field: "label" };
    found.add(fault, () => LABEL_MESSAGE[fault](JSON.stringify(label)), place);
    if (fault === "label_nan_like") usable = false;
  }
  if (!usable) return undefined;
  const board = columns.board < 0 ? "" : (cells[columns.board] ?? "").trim();
  return { label: normaliseLabel(label), input, golden, object, board };
}

const LABEL_MESSAGE = {
  label_wrong_case: (l: string) => `label ${l} is not exactly PASS, it would train as a defect`,
  label_nan_like: (l: string) => `label ${l} reads as a missing value`,
  label_means_pass: (l: string) => `label ${l} counts as a defect; only PASS is good`,
  label_not_normal: (l: string) => `label ${l} is read as ${l.toLowerCase().replaceAll(/^" +| +"$/g, '"')}`,
} as const;

/**
 * The folder of a path cell, absolute and confined to the images folder; a trailing slash is tolerated.
 * Undefined, with `path_escapes` reported, when it leaves the folder. Lexical: no disk access.
 */
export function confine(
  imagesDir: string,
  relative: string,
  found: Collector,
  where: { file: string; row: number; column: number; field: string },
): string | undefined {
  try {
    return joinInside(imagesDir, relative);
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    found.add("path_escapes", () => error.message, where);
    return undefined;
  }
}

/**
 * Resolves the rows of a table to image files by the path rule (contract 1.4). Rows that name no usable pair are
 * left out and reported; `index` counts the rows of the result. No disk access: missing files are found by
 * {@link checkImages}. Labels are normalised; a label that only differs from PASS by case or blanks is an error.
 */
export function toPairRows(table: Table, o: ImageNaming): { rows: PairRow[]; problems: Problem[] } {
  const columns = pairColumns(table.header);
  const found = collector();
  const folders = new Map<string, string | undefined>();
  const folder = (cell: string, line: number, column: number, field: string) => {
    const where = { file: table.file, row: line, column: column + 1, field };
    if (folders.get(cell) !== undefined) return folders.get(cell);
    const resolved = confine(o.imagesDir, cell, found, where);
    folders.set(cell, resolved);
    return resolved;
  };
  const rows: PairRow[] = [];
  table.rows.forEach((cells, i) => {
    const line = table.lines[i] as number;
    const row = checkCells(cells, line, columns, table.file, found);
    if (!row) return;
    const test = folder(row.input, line, columns.input, "input_path");
    const golden = folder(row.golden, line, columns.golden, "golden_path");
    if (test === undefined || golden === undefined) return;
    const names = imageNames(row.object, o.lights, o.imageExt);
    rows.push({
      index: rows.length,
      line,
      label: row.label,
      ng: isPass(row.label) ? 0 : 1,
      inputPath: row.input,
      goldenPath: row.golden,
      objectName: row.object,
      boardname: row.board,
      test: names.map((name) => path.join(test, name)),
      golden: names.map((name) => path.join(golden, name)),
    });
  });
  return { rows, problems: found.problems() };
}
