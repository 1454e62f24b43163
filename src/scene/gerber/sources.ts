import { dataError } from "../../kit/errors.js";
import { decodeText } from "../board/decode.js";
import type { ProblemLog } from "../board/problem-log.js";
import { type BomEntry, parseBom } from "./bom.js";
import { type CentroidRow, parseCentroid } from "./centroid.js";
import { contentKind, type Role, roleByFunction, roleByName } from "./identify.js";
import { splitTable } from "./tables.js";

/** A file of a fabrication folder or archive. */
export type RawFile = Readonly<{ name: string; bytes: Uint8Array }>;

export type TextFile = Readonly<{ name: string; text: string }>;

/** The files of a folder by what they are. */
export type Sources = Readonly<{
  layers: ReadonlyMap<Role, readonly TextFile[]>;
  /** Drill files in Excellon form; `role` is `drill…`. */
  drills: readonly Readonly<{ file: TextFile; role: Role }>[];
  centroid: readonly CentroidRow[];
  centroidFiles: readonly string[];
  /** Tables that are neither placements nor a bill of materials. */
  unread: readonly string[];
  bom?: ReadonlyMap<string, BomEntry>;
  bomFile?: string;
  /** From the Gerber job file, millimetres. */
  thickness?: number;
}>;

const TEXTS = /\.(txt|csv|tsv|pos|mnt|mnb|bom|rpt|xyrs|pnp|gbrjob)$/i;
const NO_LAYER =
  /\.(pdf|png|jpe?g|svg|zip|7z|rar|step|stp|wrl|xlsx?|ods|html?|md|ps|dxf|brd|sch|kicad_\w+|pro|json|xml|ipc|d356|net)$/i;

/** Sorts files by their attributes, then their names, then what is in them. */
export function sortFiles(files: readonly RawFile[], log: ProblemLog): Sources {
  const layers = new Map<Role, TextFile[]>();
  const drills: { file: TextFile; role: Role }[] = [];
  const centroid: CentroidRow[] = [];
  const centroidFiles: string[] = [];
  const unread: string[] = [];
  let bom: ReadonlyMap<string, BomEntry> | undefined;
  let bomFile: string | undefined;
  let thickness: number | undefined;
  const ordered = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const job = jobFile(ordered);
  for (const { name, bytes } of ordered) {
    if (NO_LAYER.test(name)) continue;
    const { text, lossy } = decodeText(bytes);
    if (name.endsWith(".gbrjob")) {
      thickness = job.thickness;
      continue;
    }
    const kind = contentKind(text);
    const file = { name, text };
    if (kind === "gerber") {
      const role = gerberRole(file, job.functions);
      if (role === undefined)
        log.add(
          "warning",
          "layer_unknown",
          `${name}: neither attributes nor the name tell which layer this is; it is ignored`,
          "Export with X2 attributes, or rename the file after its layer (see docs/import.md).",
          { file: name },
        );
      else if (role !== "ignored") layers.set(role, [...(layers.get(role) ?? []), file]);
    } else if (kind === "drill") {
      const role = drillRole(file);
      if (role !== "ignored") drills.push({ file, role });
    } else if (kind === "table" && TEXTS.test(name)) {
      if (lossy) noteEncoding(name, log);
      const placed = parseCentroid(text, name);
      const listed = placed.rows ? undefined : parseBom(text, name);
      for (const p of [...placed.problems, ...(listed?.problems ?? [])])
        log.add(p.severity, p.code, p.message, p.hint, p.where);
      if (placed.rows) {
        centroid.push(...placed.rows);
        centroidFiles.push(name);
      } else if (!listed?.entries) {
        unread.push(name);
        if (PLACEMENT_NAME.test(baseName(name))) noteColumns(file, log);
      } else if (!bom) [bom, bomFile] = [listed.entries, name];
    }
  }
  return {
    layers,
    drills,
    centroid: onePlacementEach(centroid, centroidFiles, log),
    centroidFiles,
    unread,
    ...(bom && bomFile !== undefined ? { bom, bomFile } : {}),
    ...(thickness === undefined ? {} : { thickness }),
  };
}

/** What placement files are called: `pos`, `pnp`, `pick and place`, `centroid`, `cpl`, `xy`. */
const PLACEMENT_NAME = /(^|[^a-z])(pos|pnp|cpl|xy(rs)?)([^a-z]|$)|pick|place|centroid/i;

function noteColumns({ name, text }: TextFile, log: ProblemLog): void {
  const columns = splitTable(text)[0]?.cells.slice(0, 8) ?? [];
  log.add(
    "warning",
    "centroid_columns",
    `${name} is named like a placement file, but its columns are not known: ${columns.join(", ").slice(0, 120)}`,
    "Name the columns as KiCad does: Ref, Val, Package, PosX, PosY, Rot, Side.",
    { file: name, row: 1 },
  );
}

function noteEncoding(name: string, log: ProblemLog): void {
  log.add(
    "info",
    "text_not_utf8",
    `${name} is not Unicode; it is read as Windows Latin`,
    "Save it as UTF-8 if letters look wrong.",
    { file: name },
  );
}

function gerberRole(file: TextFile, functions: ReadonlyMap<string, string>): Role | undefined {
  const head = file.text.slice(0, 20_000);
  const written = /TF\.FileFunction,([^*%\r\n]*)/.exec(head)?.[1] ?? functions.get(baseName(file.name));
  const named = /%IN([^*%]*)\*/.exec(head)?.[1];
  return (
    (written === undefined ? undefined : roleByFunction(written)) ??
    roleByName(file.name) ??
    (named ? roleByName(named) : undefined)
  );
}

function drillRole(file: TextFile): Role {
  const written = /TF\.FileFunction,([^*%\r\n]*)/.exec(file.text.slice(0, 20_000))?.[1];
  const role = (written === undefined ? undefined : roleByFunction(written)) ?? roleByName(file.name);
  return role === "ignored" || role?.startsWith("drill") ? role : "drill";
}

/** The Gerber job file names the function of each file and the thickness of the board. Anything odd in it is passed over. */
function jobFile(files: readonly RawFile[]): { functions: Map<string, string>; thickness?: number } {
  const functions = new Map<string, string>();
  const job = files.find((f) => f.name.endsWith(".gbrjob"));
  if (!job) return { functions };
  try {
    const tree = JSON.parse(decodeText(job.bytes).text) as {
      GeneralSpecs?: { BoardThickness?: unknown };
      FilesAttributes?: { Path?: unknown; FileFunction?: unknown }[];
    };
    for (const f of tree.FilesAttributes ?? [])
      if (typeof f.Path === "string" && typeof f.FileFunction === "string")
        functions.set(baseName(f.Path), f.FileFunction);
    const thickness = tree.GeneralSpecs?.BoardThickness;
    const usable = typeof thickness === "number" && thickness > 0 && thickness < 20;
    return { functions, ...(usable ? { thickness } : {}) };
  } catch {
    return { functions };
  }
}

/** KiCad writes a file for each side and one for both: a part that stands in two counts once. */
function onePlacementEach(
  rows: readonly CentroidRow[],
  files: readonly string[],
  log: ProblemLog,
): CentroidRow[] {
  const seen = new Map<string, CentroidRow>();
  let differing: CentroidRow | undefined;
  for (const row of rows) {
    const first = seen.get(row.ref);
    if (!first) seen.set(row.ref, row);
    else if (Math.hypot(first.x - row.x, first.y - row.y) > 0.05) differing ??= row;
  }
  if (differing)
    log.add(
      "warning",
      "centroid_duplicate",
      `"${differing.ref}" has different places in ${files.join(" and ")}; the first file counts`,
      "Keep one placement file per board.",
      { file: files[0] },
    );
  return [...seen.values()];
}

/** The layer's file; of several the first, which is reported. */
export function layerFile(sources: Sources, role: Role, log: ProblemLog): TextFile | undefined {
  const files = sources.layers.get(role) ?? [];
  if (files.length > 1)
    log.add(
      "warning",
      "layer_duplicate",
      `${files.map((f) => f.name).join(" and ")} are both ${role.replace("_", " ")}; ${files[0].name} is taken`,
      "Keep the files of one board in one folder.",
      { file: files[1].name },
    );
  return files[0];
}

/** Throws `gerber_none` when nothing in the folder is a Gerber layer of the top side. */
export function requireTop(sources: Sources, where: string, names: readonly string[]): void {
  if (["copper_top", "mask_top"].some((r) => sources.layers.has(r as Role))) return;
  const found = [...sources.layers.keys()].map((r) => r.replace("_", " "));
  throw dataError(
    found.length > 0 ? "gerber_no_top" : "gerber_none",
    found.length > 0
      ? `there is neither top copper nor a top solder mask; found: ${found.join(", ")}`
      : `there are no Gerber files among the ${names.length} ${names.length === 1 ? "file" : "files"}${names.some((n) => n.endsWith(".kicad_pcb")) ? "; but there is a KiCad board" : ""}`,
    names.some((n) => n.endsWith(".kicad_pcb"))
      ? "Name the .kicad_pcb file itself."
      : "Name the folder (or .zip) with the Gerber files; see docs/import.md for the names that are known.",
    { file: where },
  );
}

export function baseName(name: string): string {
  return name.split(/[\\/]/).pop() ?? name;
}
