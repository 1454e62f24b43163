import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { requireFile } from "../kit/files.js";
import type { Collector } from "./collect.js";
import { isPass } from "./label.js";
import { checkCells, confine, type ImageNaming } from "./pairs.js";
import { type RowSet, rowSetBuilder } from "./rowset.js";
import { fileProblem, pairColumns, streamTable } from "./table.js";
import type { Role } from "./workspace.js";

/** How many rows of each label and board a table has. `rows` counts every data row, `usable` those that name a pair. */
export type Census = Readonly<{
  role: Role;
  file: string;
  rows: number;
  usable: number;
  pass: number;
  ng: number;
  /** Defect label → rows, by label. */
  defects: Readonly<Record<string, number>>;
  boards: ReadonlySet<string>;
}>;

/** Resolves path cells to folders; a folder that only exists without a leading `images/` is taken as meant. */
export type FolderFinder = (
  cell: string,
  line: number,
  column: number,
  field: "input_path" | "golden_path",
) => string | undefined;

/** The leading part of a path that repeats the images folder. */
export const IMAGE_PREFIX = /^(?:\.?[\\/])*(?:kpi[\\/])?images[\\/]+(?=.)/;

export function folderFinder(role: Role, file: string, imagesDir: string, found: Collector): FolderFinder {
  const known = new Map<string, { folder: string | undefined; prefixed: boolean }>();
  return (cell, line, column, field) => {
    const where = { file, row: line, column: column + 1, field };
    let held = known.get(cell);
    if (!held || held.folder === undefined) {
      let folder = confine(imagesDir, cell, found, where);
      let prefixed = false;
      if (folder !== undefined && IMAGE_PREFIX.test(cell) && !existsSync(folder)) {
        const short = path.join(imagesDir, cell.replace(IMAGE_PREFIX, ""));
        prefixed = existsSync(short);
        if (prefixed) folder = short;
      }
      held = { folder, prefixed };
      if (known.size > 200_000) known.clear();
      known.set(cell, held);
    }
    if (held.prefixed)
      found.add(
        "path_prefix",
        () => `${field} "${cell}" does not exist under ${imagesDir}, but does without the leading folder`,
        where,
        // The pool resolver takes one leading images/ away by itself (contract 8.1).
        role === "pool" ? { severity: "warning" } : {},
      );
    return held.folder;
  };
}

/**
 * Reads one table, checks its cells and gathers its rows compactly. Nothing is thrown for bad data; without a usable
 * header there is no set.
 */
export async function loadTable(
  role: Role,
  file: string,
  naming: ImageNaming,
  found: Collector,
): Promise<{ set?: RowSet; census: Census }> {
  await checkBytes(file, found);
  const folder = folderFinder(role, file, naming.imagesDir, found);
  const builder = rowSetBuilder(role, file, naming);
  const defects = new Map<string, number>();
  const boards = new Set<string>();
  let columns = pairColumns([]);
  let rows = 0;
  let usable = 0;
  let pass = 0;
  const { header, problems } = await streamTable(
    file,
    ({ cells, line }) => {
      rows++;
      const row = checkCells(cells, line, columns, file, found);
      if (!row) return;
      const test = folder(row.input, line, columns.input, "input_path");
      const golden = folder(row.golden, line, columns.golden, "golden_path");
      if (test === undefined || golden === undefined) return;
      usable++;
      builder.add({ line, label: row.label, board: row.board, test, golden, object: row.object });
      if (isPass(row.label)) pass++;
      else if (defects.has(row.label) || defects.size < 10_000)
        defects.set(row.label, (defects.get(row.label) ?? 0) + 1);
      if (row.board !== "" && boards.size < 100_000) boards.add(row.board);
    },
    undefined,
    (head) => {
      columns = pairColumns(head);
    },
  );
  for (const problem of problems) found.addProblem(problem);
  if (header && rows === 0 && problems.length === 0)
    found.add(role === "pool" ? "pool_no_rows" : "table_no_rows", () => "no data rows", { file });
  return {
    ...(header && { set: builder.build() }),
    census: {
      role,
      file,
      rows,
      usable,
      pass,
      ng: usable - pass,
      defects: Object.fromEntries([...defects].sort(([a], [b]) => (a < b ? -1 : 1))),
      boards,
    },
  };
}

/** Byte-order mark and Windows line ends, from the first bytes. */
async function checkBytes(file: string, found: Collector): Promise<void> {
  try {
    await requireFile(file);
    const handle = await open(file, "r");
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(1 << 16), 0, 1 << 16, 0);
      const head = buffer.subarray(0, bytesRead);
      if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf)
        found.add("csv_bom", () => "begins with EF BB BF", { file, row: 1 });
      if (head.includes("\r\n")) found.add("csv_crlf", () => "lines end with CR LF", { file, row: 1 });
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Reading the rows fails in the same way and is reported there.
    fileProblem(error, file);
  }
}
