import path from "node:path";
import { exists } from "../../kit/files.js";
import { readParquet } from "../../kit/parquet.js";
import { jsonOf, list, number, type Tree, text, tree } from "./json.js";

/** A row near or beyond the threshold on the wrong side (contract 5.1). */
export type Gap = Readonly<{ file: string; label: string; score: number; weakness: number }>;

/** Rows that fail in the same way. Members are positions in inference.csv. */
export type Cluster = Readonly<{ title: string; kind: string; n: number; note: string; members: readonly number[] }>;

/** A row whose label or golden may be wrong. */
export type Suspect = Readonly<{ index: number | undefined; object: string; kind: string; reason: string }>;

/** A breakdown of the KPI rows: by board, component, lighting … */
export type Breakdown = Readonly<{ name: string; rows: readonly Tree[] }>;

/** What the root-cause analysis of one label left; every part may be empty. */
export type RcaFacts = Readonly<{
  folder: string;
  gaps: readonly Gap[];
  clusters: readonly Cluster[];
  breakdowns: readonly Breakdown[];
  suspects: readonly Suspect[];
  /** Heat-map pictures by `<input_path>/<object_name>`. */
  heat: ReadonlyMap<string, string>;
}>;

export async function readRca(folder: string | undefined): Promise<RcaFacts | undefined> {
  if (!folder || !(await exists(folder))) return undefined;
  const parquet = path.join(folder, "kpi_gaps.parquet");
  const rows = (await exists(parquet)) ? await readParquet(parquet).catch(() => []) : [];
  const [clusters, tables, suspects, images] = await Promise.all([
    jsonOf(path.join(folder, "clusters.json")),
    jsonOf(path.join(folder, "tables.json")),
    jsonOf(path.join(folder, "suspects.json")),
    jsonOf(path.join(folder, "rca_images", "index.json")),
  ]);
  return {
    folder,
    gaps: rows.flatMap((r) => {
      const file = text(r.filepath);
      const score = number(r.siamese_score);
      const weakness = number(r.weakness);
      return file && score !== undefined && weakness !== undefined
        ? [{ file, label: text(r.label) ?? "", score, weakness }]
        : [];
    }),
    clusters: itemsOf(clusters, "clusters").map(toCluster),
    breakdowns: Object.entries(tree(tables)).flatMap(([name, value]) => {
      const records = list(value).map(tree);
      return records.length > 0 ? [{ name, rows: records }] : [];
    }),
    suspects: itemsOf(suspects, "suspects").map(toSuspect),
    heat: heatOf(images, path.join(folder, "rca_images")),
  };
}

function itemsOf(json: unknown, key: string): readonly Tree[] {
  return (Array.isArray(json) ? json : list(tree(json)[key])).map(tree);
}

function toCluster(c: Tree, i: number): Cluster {
  const members = list(c.members ?? c.rows).flatMap((m) => number(m) ?? number(tree(m).index) ?? []);
  return {
    title: text(c.title) ?? text(c.name) ?? `Group ${i + 1}`,
    kind: text(c.kind) ?? "",
    n: number(c.n) ?? number(c.size) ?? members.length,
    note: text(c.note) ?? text(c.description) ?? "",
    members,
  };
}

function toSuspect(s: Tree): Suspect {
  return {
    index: number(s.index) ?? number(s.row),
    object: text(s.object_name) ?? text(s.object) ?? "",
    kind: text(s.kind) ?? "",
    reason: text(s.reason) ?? text(s.note) ?? "",
  };
}

function heatOf(json: unknown, folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const item of itemsOf(json, "images")) {
    const input = text(item.input_path);
    const object = text(item.object_name);
    const heat = text(item.heat);
    if (input && object && heat && path.basename(heat) === heat)
      found.set(`${input.replace(/\/+$/, "")}/${object}`, path.join(folder, heat));
  }
  return found;
}
