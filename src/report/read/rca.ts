import path from "node:path";
import { exists } from "../../kit/files.js";
import { readParquet } from "../../kit/parquet.js";
import { jsonOf, list, number, type Tree, text, tree } from "./json.js";

/** A count of n with its exact 95 % interval, all in 0..1 except k and n. */
export type RateFacts = Readonly<{ k: number; n: number; rate: number; low: number; high: number }>;

/** Weak samples that fail alike. Members are positions in inference.csv, the most typical first. */
export type Cluster = Readonly<{
  name: string;
  side: string;
  size: number;
  wrong: number;
  labels: Readonly<Record<string, number>>;
  marks: readonly string[];
  members: readonly number[];
}>;

/** One board, component or lighting of the KPI set. */
export type GroupRow = Readonly<{
  dimension: string;
  group: string;
  n: number;
  far: RateFacts;
  escape: RateFacts;
  meanPass: number | undefined;
  meanNg: number | undefined;
  /** Chance of at least this many false alarms if the group were like all rows. */
  p: number | undefined;
}>;

export type LightRow = Readonly<{ lighting: string; weak: number; falseAlarms: number; escapes: number }>;

/** A row whose label a person should look at again. */
export type SuspectLabel = Readonly<{ index: number; label: string; looksLike: string; evidence: string }>;

/** A golden picture that a person should look at again. */
export type SuspectGolden = Readonly<{
  file: string;
  reasons: readonly string[];
  rows: number;
  falseAlarms: number;
}>;

/** What the root-cause analysis of one label left; every part may be empty. */
export type RcaFacts = Readonly<{
  weakRows: number;
  clusters: readonly Cluster[];
  groups: readonly GroupRow[];
  lightings: readonly LightRow[];
  labels: readonly SuspectLabel[];
  goldens: readonly SuspectGolden[];
  /** golden | test | heat strips by position in inference.csv; `light` is the lighting they show. */
  overlays: ReadonlyMap<number, Readonly<{ file: string; light: number }>>;
  unreachable: boolean;
}>;

/** Reads a `<TS>` folder: `rca.json` where our analysis wrote one, else only the gaps that every toolkit writes. */
export async function readRca(folder: string | undefined): Promise<RcaFacts | undefined> {
  if (!folder || !(await exists(folder))) return undefined;
  const rca = tree(await jsonOf(path.join(folder, "rca.json")));
  const weak = list(rca.weak).map(tree);
  const images = path.join(folder, "rca_images");
  return {
    weakRows: weak.length || (await gapRows(path.join(folder, "kpi_gaps.parquet"))),
    clusters: list(rca.clusters).map((c) => toCluster(tree(c))),
    groups: list(rca.groups).map((g) => toGroup(tree(g))),
    lightings: list(rca.lightings).map((v) => {
      const l = tree(v);
      return {
        lighting: text(l.lighting) ?? "",
        weak: number(l.weak) ?? 0,
        falseAlarms: number(l.falseAlarms) ?? 0,
        escapes: number(l.escapes) ?? 0,
      };
    }),
    labels: list(rca.suspectLabels).flatMap((v) => toSuspect(tree(v))),
    goldens: list(rca.suspectGoldens).flatMap((v) => {
      const g = tree(v);
      const file = text(g.golden);
      if (!file) return [];
      const reasons = list(g.reasons).map(String);
      return [{ file, reasons, rows: number(g.rows) ?? 0, falseAlarms: number(g.falseAlarms) ?? 0 }];
    }),
    overlays: new Map(
      weak.flatMap((w) => {
        const index = number(w.index);
        const name = text(w.overlay);
        // Only a plain name: the file must lie in the folder of this analysis.
        return index !== undefined && name && path.basename(name) === name
          ? [[index, { file: path.join(images, name), light: number(tree(w.heat).light) ?? 0 }] as const]
          : [];
      }),
    ),
    unreachable: await exists(path.join(folder, "unreachable_kpi.txt")),
  };
}

async function gapRows(file: string): Promise<number> {
  if (!(await exists(file))) return 0;
  return (await readParquet(file).catch(() => [])).length;
}

function toCluster(c: Tree): Cluster {
  const share = (v: unknown, what: string): string[] => {
    const { name, share } = tree(v);
    return text(name) ? [`${Math.round((number(share) ?? 0) * 100)} % ${what} ${name}`] : [];
  };
  const labels: Record<string, number> = {};
  for (const [label, n] of Object.entries(tree(c.labels))) labels[label] = number(n) ?? 0;
  return {
    name: text(c.name) ?? text(c.id) ?? "group",
    side: text(c.side) ?? "",
    size: number(c.size) ?? 0,
    wrong: number(c.misclassified) ?? 0,
    labels,
    marks: [
      ...(text(c.place) ? [`heat: ${c.place}`] : []),
      ...share(c.board, "from board"),
      ...share(c.lighting, "strongest in"),
    ],
    members: list(c.members).flatMap((m) => number(m) ?? []),
  };
}

function toGroup(g: Tree): GroupRow {
  return {
    dimension: text(g.dimension) ?? "group",
    group: String(g.group ?? ""),
    n: number(g.n) ?? 0,
    far: toRate(tree(g.far)),
    escape: toRate(tree(g.escape)),
    meanPass: number(g.meanPassScore),
    meanNg: number(g.meanNgScore),
    p: number(g.p),
  };
}

export function toRate(r: Tree): RateFacts {
  return {
    k: number(r.k) ?? 0,
    n: number(r.n) ?? 0,
    rate: number(r.rate) ?? Number.NaN,
    low: number(r.low) ?? Number.NaN,
    high: number(r.high) ?? Number.NaN,
  };
}

function toSuspect(s: Tree): SuspectLabel[] {
  const index = number(s.index);
  if (index === undefined) return [];
  return [
    {
      index,
      label: text(s.label) ?? "",
      looksLike: text(s.looksLike) ?? "",
      evidence: text(s.evidence) ?? "",
    },
  ];
}
