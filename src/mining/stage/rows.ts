import { readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { imageNames } from "../../dataset/pairs.js";
import { OPTIONAL_COLUMNS, REQUIRED_COLUMNS } from "../../dataset/table.js";
import {
  dataError,
  decodeImage,
  formatCsv,
  makeFolder,
  writeFileAtomic,
  writeImage,
} from "../../kit/index.js";
import type { PoolRow } from "../pool/read.js";
import { isInside } from "../pool/resolve.js";

/** A pool row that was mined, and why. */
export type MinedRow = Readonly<{
  row: PoolRow;
  target: string;
  targetLabel: string;
  similarity: number;
  /** 1 − the largest similarity to a current training row; undefined when no training rows were given. */
  novelty?: number;
}>;

/** Where rows of a new data set came from, one line per row of its table. */
export const PROVENANCE_COLUMNS = [
  "producer",
  "origin_file",
  "target_file",
  "target_label",
  "similarity",
  "novelty",
  "exemplar",
] as const;

export type ProvenanceColumn = (typeof PROVENANCE_COLUMNS)[number];

/** The provenance table that belongs to a table of rows. */
export function provenanceBeside(rowsCsv: string): string {
  return rowsCsv.replace(/(\.csv)?$/i, "_provenance.csv");
}

/** Columns of the pool that only served to find its files. */
const LOCATORS = new Set(["filepath", "image_path"]);

/**
 * Writes mined pool rows as a ChangeNet table with workspace-relative paths (contract 8.7), and beside it one
 * provenance line per row. A row is used in place when `<folder>/<object>_<light><ext>` is its file under the
 * workspace; else it is staged. A PASS row without golden gets copies as both.
 *
 * Throws `mined_golden_missing` for an NG row without golden: a hard stop.
 */
export async function writeMinedRows(o: {
  rows: readonly MinedRow[];
  workspace: string;
  imagesRoot: string;
  lights: readonly string[];
  imageExt: string;
  /** `RD/iterN/dataset/images`, inside the workspace. */
  stageDir: string;
  iteration: number;
  rowsCsv: string;
  provenanceCsv: string;
}): Promise<{ staged: number }> {
  const orphan = o.rows.find(({ row }) => row.ng === 1 && !row.hasGolden);
  if (orphan)
    throw dataError(
      "mined_golden_missing",
      `the mined row ${orphan.row.filepath} is labelled ${orphan.row.label} and has no golden image`,
      "Fill in golden_path in the mining pool: a defect cannot be learnt without its golden.",
      { row: orphan.row.line },
    );
  const extra = new Set(o.rows.flatMap(({ row }) => Object.keys(row.cells)));
  const header = [
    ...REQUIRED_COLUMNS,
    ...OPTIONAL_COLUMNS.filter((name) => extra.has(name)),
    ...[...extra].filter(
      (name) => !LOCATORS.has(name) && !isIn(REQUIRED_COLUMNS, name) && !isIn(OPTIONAL_COLUMNS, name),
    ),
  ];
  const places = await workspacePlaces(o.workspace, o.imagesRoot);
  const table: string[][] = [];
  const provenance: (string | number)[][] = [];
  let staged = 0;
  for (const [i, mined] of o.rows.entries()) {
    const { row } = mined;
    let input = inPlace(row.test, row.objectName, o, places);
    let golden = row.hasGolden ? inPlace(row.golden, row.objectName, o, places) : undefined;
    if (input === undefined || golden === undefined) {
      const number = String(i).padStart(5, "0");
      const folder = (side: string) => path.join(o.stageDir, `mined_iter${o.iteration}_${side}`, number);
      input = await stage(row.test, row.objectName, folder("test"), o, places);
      golden = await stage(row.golden, row.objectName, folder("golden"), o, places);
      staged++;
    }
    const cells: Record<string, string> = {
      ...row.cells,
      input_path: input,
      golden_path: golden,
      label: row.label,
      object_name: row.objectName,
    };
    table.push(header.map((name) => cells[name] ?? ""));
    provenance.push([
      "mined",
      row.filepath,
      mined.target,
      mined.targetLabel,
      decimals(mined.similarity),
      mined.novelty === undefined ? "" : decimals(mined.novelty),
      "",
    ]);
  }
  await writeFileAtomic(o.rowsCsv, formatCsv(header, table));
  await writeFileAtomic(o.provenanceCsv, formatCsv(PROVENANCE_COLUMNS, provenance));
  return { staged };
}

/** Six decimals: what a similarity is worth. */
export function decimals(value: number): string {
  return value.toFixed(6);
}

type Places = readonly Readonly<{ real: string; relative: string }>[];

/** Real folders and their workspace-relative names: the images folder may be a link out of the workspace. */
async function workspacePlaces(workspace: string, imagesRoot: string): Promise<Places> {
  const realRoot = await realpath(workspace).catch(() => path.resolve(workspace));
  const realImages = await realpath(imagesRoot).catch(() => path.resolve(imagesRoot));
  const places: { real: string; relative: string }[] = [];
  for (const name of ["images", path.join("kpi", "images")]) {
    const real = await realpath(path.join(realRoot, name)).catch(() => undefined);
    if (real === realImages) places.push({ real, relative: name });
  }
  places.push({ real: realRoot, relative: "" });
  return places;
}

/** The workspace-relative folder of files that are named as the trainer will ask for them, else undefined. */
function inPlace(
  files: readonly string[],
  objectName: string,
  o: { lights: readonly string[]; imageExt: string },
  places: Places,
): string | undefined {
  const names = imageNames(objectName, o.lights, o.imageExt);
  if (files.length !== names.length || files.some((f, i) => path.basename(f) !== names[i])) return undefined;
  const folder = path.dirname(files[0] as string);
  if (files.some((f) => path.dirname(f) !== folder)) return undefined;
  return workspaceRelative(folder, places);
}

function workspaceRelative(folder: string, places: Places): string | undefined {
  for (const { real, relative } of places)
    if (isInside(real, folder))
      return path.join(relative, path.relative(real, folder)).split(path.sep).join("/");
  return undefined;
}

/** Copies files under the names that the trainer asks for; a file of another format is converted (trap T34). */
async function stage(
  files: readonly string[],
  objectName: string,
  folder: string,
  o: { lights: readonly string[]; imageExt: string },
  places: Places,
): Promise<string> {
  await makeFolder(folder);
  const names = imageNames(objectName, o.lights, o.imageExt);
  for (const [i, name] of names.entries()) {
    const from = (files[i] ?? files[0]) as string;
    const to = path.join(folder, name);
    const same = path.extname(from).toLowerCase() === o.imageExt.toLowerCase();
    if (same) await writeFileAtomic(to, await readFile(from));
    else await writeImage(to, await decodeImage(from));
  }
  const relative = workspaceRelative(await realpath(folder), places);
  if (relative === undefined)
    throw dataError(
      "stage_outside_workspace",
      `${folder} lies outside the workspace`,
      "The run folder must be inside the workspace.",
    );
  return relative;
}

function isIn(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
