import { lstat, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { dataError } from "../kit/errors.js";
import { exists, resolveInside, writeJsonAtomic } from "../kit/files.js";
import { makeFolder } from "../kit/folders.js";
import { CODES, type Code } from "./codes.js";
import { type Collector, collector, type Finding } from "./collect.js";
import { type DiagnoseOptions, type Diagnosis, DROP_REASONS, type Examination, examine } from "./diagnose.js";
import { normaliseLabel } from "./label.js";
import { type CsvWriter, csvWriter } from "./line-writer.js";
import { folderFinder } from "./load.js";
import { checkCells } from "./pairs.js";
import { detectEncoding, reencode } from "./reencode.js";
import type { RowSet } from "./rowset.js";
import { type PairColumns, pairColumns, streamTable } from "./table.js";
import { discoverWorkspace, type Role, TABLE_PATHS, type Workspace } from "./workspace.js";

/** What was done to one table. Paths are absolute. */
export type TableFix = Readonly<{
  role: Role;
  source: string;
  target: string;
  rejects?: string;
  encoding?: string;
  rowsBefore: number;
  rowsAfter: number;
  /** Cells or rows changed, by code. */
  repaired: Readonly<Partial<Record<Code, number>>>;
  /** Rows put aside, by code. */
  rejected: Readonly<Partial<Record<Code, number>>>;
}>;

/** The result of a repair: a second workspace with repaired tables and links to the same images. */
export type Repair = Readonly<{
  workspace: string;
  tables: readonly TableFix[];
  /** Tables that could not be read well enough to repair. */
  untouched: readonly string[];
  before: Diagnosis;
  /** What remains to be done by a person. */
  after: Diagnosis;
}>;

/** What the repaired workspace shares with the original. */
const SHARED = ["images", "kpi/images", "specs", "augmentation/backbone", "augmentation/anomalygen"];

/**
 * Applies the safe fixes to copies in `<workspace>/fixed`, which is a whole workspace again: repaired tables, and
 * links to the images and specs. The original files are only read. Rows that cannot be used go, with line and reason,
 * into `<table>.rejects.csv` beside the repaired table. Leaked rows leave the table that learns; the KPI and release
 * tables only lose rows that cannot be read at all, or that repeat another.
 */
export async function repair(workspace: Workspace, o: DiagnoseOptions = {}): Promise<Repair> {
  const target = path.join(workspace.root, "fixed");
  if (await isLink(target))
    throw dataError(
      "path_escapes",
      `${target} is a symbolic link`,
      "Remove it: repaired tables are written there.",
      {
        file: target,
      },
    );
  const scratch = path.join(target, ".reencoded");
  try {
    const { readable, encodings } = await asUtf8(workspace, scratch);
    const examined = await examine(readable, o);
    const tables: TableFix[] = [];
    const untouched: string[] = [];
    for (const [role, source] of Object.entries(workspace.tables) as [Role, string][]) {
      const file = await resolveInside(target, TABLE_PATHS[role]);
      const from = readable.tables[role] as string;
      const set = examined.sets.findIndex((s) => s.role === role);
      if (set < 0) {
        untouched.push(source);
        continue;
      }
      const encoding = encodings[role];
      const done = await fixTable(from, file, workspace.imagesDir, examined, set);
      tables.push({ role, source, target: file, ...(encoding && { encoding }), ...done });
    }
    await linkShared(workspace.root, target);
    const after = await remaining(target, examined.diagnosis, o);
    const before = withEncodings(examined.diagnosis, workspace, readable, encodings);
    const result = { workspace: target, tables, untouched, before, after };
    await writeJsonAtomic(path.join(target, "fix_report.json"), result);
    return result;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function isLink(file: string): Promise<boolean> {
  return lstat(file).then(
    (s) => s.isSymbolicLink(),
    () => false,
  );
}

/** The workspace with every table readable as UTF-8: others are re-encoded into a scratch folder. */
async function asUtf8(
  workspace: Workspace,
  scratch: string,
): Promise<{ readable: Workspace; encodings: Partial<Record<Role, string>> }> {
  const tables: Partial<Record<Role, string>> = {};
  const encodings: Partial<Record<Role, string>> = {};
  for (const [role, file] of Object.entries(workspace.tables) as [Role, string][]) {
    const encoding = await detectEncoding(file).catch(() => "utf-8" as const);
    tables[role] = file;
    if (encoding === "utf-8") continue;
    tables[role] = path.join(scratch, `${role}.csv`);
    encodings[role] = encoding;
    await reencode(file, encoding, tables[role]);
  }
  return { readable: { ...workspace, tables }, encodings };
}

type Counts = Partial<Record<Code, number>>;

const bump = (counts: Counts, code: Code) => {
  counts[code] = (counts[code] ?? 0) + 1;
};

async function fixTable(
  source: string,
  target: string,
  imagesDir: string,
  examined: Examination,
  setNumber: number,
): Promise<Omit<TableFix, "role" | "source" | "target" | "encoding">> {
  const set = examined.sets[setNumber] as RowSet;
  const drop = examined.drop[setNumber] as Uint8Array;
  const repaired: Counts = {};
  const rejected: Counts = {};
  const rejectsFile = target.replace(/\.csv$/, ".rejects.csv");
  let columns = pairColumns([]);
  let rowsBefore = 0;
  let usable = 0;
  let writers: { kept: CsvWriter; rejects: CsvWriter } | undefined;
  // One folder finder for the table (it remembers folders), but a fresh list of faults for every row.
  let faults = collector(4);
  const current: Collector = {
    add: (...fault) => faults.add(...fault),
    addProblem: (problem) => faults.addProblem(problem),
    findings: () => faults.findings(),
    problems: () => faults.problems(),
  };
  const folder = folderFinder(set.role, source, imagesDir, current);

  const reject = (cells: readonly string[], line: number, code: Code, why: string) => {
    bump(rejected, code);
    writers?.rejects.row([line, code, why, ...cells]);
  };
  const onRow = ({ cells, line }: { cells: readonly string[]; line: number }) => {
    rowsBefore++;
    faults = collector(4);
    const row = checkCells(cells, line, columns, source, current);
    const reached =
      row &&
      folder(row.input, line, columns.input, "input_path") !== undefined &&
      folder(row.golden, line, columns.golden, "golden_path") !== undefined;
    if (!reached) {
      const worst = faults.problems().find((p) => p.code in CODES && p.severity === "error");
      return reject(cells, line, (worst?.code ?? "cell_empty") as Code, worst?.message ?? "unusable");
    }
    const mark = drop[usable++] as number;
    if (mark > 0) {
      const code = DROP_REASONS[mark - 1] as Code;
      return reject(cells, line, code, CODES[code].title);
    }
    writers?.kept.row(fixCells(cells, columns, imagesDir, faults.findings(), repaired));
  };

  try {
    const { header } = await streamTable(
      source,
      onRow,
      undefined,
      (head) => {
        columns = pairColumns(head);
        writers = {
          kept: csvWriter(target, head),
          rejects: csvWriter(rejectsFile, ["line", "code", "reason", ...head]),
        };
      },
      ({ cells, line }) => {
        rowsBefore++;
        reject(cells, line, "csv_row_length", `the row has ${cells.length} cells`);
      },
    );
    if (!writers || !header)
      throw dataError("table_unreadable", `cannot read ${source}`, CODES.table_unreadable.fix);
  } catch (error) {
    writers?.kept.discard();
    writers?.rejects.discard();
    throw error;
  }
  const rowsAfter = writers.kept.count();
  await writers.kept.close();
  const anyRejects = writers.rejects.count() > 0;
  if (anyRejects) await writers.rejects.close();
  else {
    writers.rejects.discard();
    await rm(rejectsFile, { force: true });
  }
  return { rowsBefore, rowsAfter, repaired, rejected, ...(anyRejects && { rejects: rejectsFile }) };
}

/** The cells as the contract wants them; which codes were at work is counted. */
function fixCells(
  cells: readonly string[],
  columns: PairColumns,
  imagesDir: string,
  faults: readonly Finding[],
  repaired: Counts,
): string[] {
  for (const { code } of faults)
    if ((CODES[code as Code] as { auto?: string }).auto) bump(repaired, code as Code);
  const prefixed = (field: string) =>
    faults.some((f) => f.code === "path_prefix" && f.examples.some((e) => e.where?.field === field));
  const out = [...cells];
  const text = (column: number) => (cells[column] as string).trim();
  const location = (column: number, field: string) => {
    let value = text(column).replaceAll("\\", "/");
    if (path.isAbsolute(value)) value = path.relative(imagesDir, value).replaceAll(path.sep, "/");
    return prefixed(field) ? value.replace(/^(?:\.?\/)*(?:kpi\/)?images\/+/, "") : value;
  };
  out[columns.input] = location(columns.input, "input_path");
  out[columns.golden] = location(columns.golden, "golden_path");
  out[columns.object] = text(columns.object);
  const label = cells[columns.label] as string;
  out[columns.label] = /^pass$/i.test(label.trim()) ? "PASS" : normaliseLabel(label);
  return out;
}

/** Links what the two workspaces share. A folder that is there already is left alone. */
async function linkShared(root: string, target: string): Promise<void> {
  for (const name of SHARED) {
    const from = path.join(root, name);
    const to = path.join(target, name);
    if (!(await exists(from)) || (await exists(to))) continue;
    await makeFolder(path.dirname(to));
    await symlink(path.relative(path.dirname(to), from), to, "junction");
  }
}

/** Codes that only decoding can find. They are not looked for again: pixels are not repaired, rows are. */
const DECODED: readonly string[] = [
  "image_unreadable",
  "image_not_raster",
  "image_too_large",
  "image_turned",
  "image_size_mismatch",
  "image_size_differs",
  "image_channels_mixed",
  "image_converted",
  "image_tiny",
  "duplicate_content",
  "defect_equals_golden",
  "label_conflict",
  "leak_near_duplicate",
  "leak_golden",
];

/** The findings of the repaired workspace; those that need decoding are taken over from the first look. */
async function remaining(target: string, before: Diagnosis, o: DiagnoseOptions): Promise<Diagnosis> {
  const { diagnosis } = await examine(await discoverWorkspace(target), { ...o, decode: false });
  const measured = [diagnosis.tables.find((t) => t.role === "kpi")?.file ?? ""].map((f) =>
    path.relative(target, f),
  );
  const carried = before.findings.flatMap((f) => {
    if (f.code === "leak_same_content") {
      // A KPI row that is also a release row is nobody's to remove but a person's.
      const left = f.examples.filter((e) => measured.some((m) => e.where?.file?.endsWith(m)));
      return left.length > 0 ? [{ ...f, count: left.length, examples: left }] : [];
    }
    return DECODED.includes(f.code) && !(CODES[f.code as Code] as { auto?: string }).auto ? [f] : [];
  });
  const findings = [
    ...diagnosis.findings.filter((f) => !carried.some((c) => c.code === f.code)),
    ...carried,
  ].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
  return recount({ ...diagnosis, findings, decoded: before.decoded });
}

const RANK = { error: 0, warning: 1, info: 2 } as const;

function recount(diagnosis: Diagnosis): Diagnosis {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const f of diagnosis.findings) counts[f.severity] += f.count;
  return { ...diagnosis, counts, ok: counts.error === 0 };
}

/** The diagnosis in terms of the original files: re-encoded copies are named by their source, and reported. */
function withEncodings(
  diagnosis: Diagnosis,
  workspace: Workspace,
  readable: Workspace,
  encodings: Partial<Record<Role, string>>,
): Diagnosis {
  const roles = Object.keys(encodings) as Role[];
  if (roles.length === 0) return diagnosis;
  const source = new Map(
    roles.map((role) => [readable.tables[role] as string, workspace.tables[role] as string]),
  );
  const renamed = diagnosis.findings.map((f) => ({
    ...f,
    examples: f.examples.map((e) => {
      const file = source.get(e.where?.file ?? "");
      return file === undefined ? e : { ...e, where: { ...e.where, file } };
    }),
  }));
  const { title, fix, severity } = CODES.csv_not_utf8;
  const examples = roles.map((role) => ({
    code: "csv_not_utf8",
    severity,
    message: `the table is ${encodings[role]}, not UTF-8`,
    hint: fix,
    where: { file: workspace.tables[role] as string },
  }));
  const finding = { code: "csv_not_utf8", severity, title, fix, count: examples.length, examples };
  return recount({ ...diagnosis, findings: [finding, ...renamed] });
}
