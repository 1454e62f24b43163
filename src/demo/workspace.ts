import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { TABLE_PATHS } from "../dataset/index.js";
import { formatCsv } from "../kit/csv.js";
import { isErrno, ReflowError } from "../kit/errors.js";
import { type Emit, silent } from "../kit/events.js";
import { explainReadError, writeFileAtomic, writeJsonAtomic } from "../kit/files.js";
import { makeFolder } from "../kit/folders.js";
import { cores, mapOnWorkers, workerUrl } from "../kit/pool.js";
import { seeded } from "../kit/random.js";
import type { Design, Site } from "./design.js";
import {
  DEMO_TABLES,
  type DemoTable,
  folderOf,
  makeDesigns,
  planGoldens,
  planTable,
  type Shot,
} from "./plan.js";
import type { RenderTask } from "./render.worker.js";
import { demoSpec } from "./spec.js";

export type DemoOptions = Readonly<{
  /** Folder of the workspace; made when missing. */
  root: string;
  seed: number;
  /** The tree for specs/baseline_spec.yaml; {@link demoSpec} unless given. */
  spec?: Readonly<Record<string, unknown>>;
  /** What to draw; {@link DEMO_TABLES} unless given. */
  tables?: readonly DemoTable[];
  workers?: number;
  emit?: Emit;
  signal?: AbortSignal;
}>;

export type DemoWorkspace = Readonly<{
  root: string;
  rows: Readonly<Record<DemoTable["role"], number>>;
  images: number;
  /** True when the folder already held this very workspace. */
  reused: boolean;
}>;

const HEADER = [
  "input_path",
  "golden_path",
  "label",
  "object_name",
  "project",
  "boardname",
  "comp_name",
  "part_type",
];

/** Changes with the drawing: an older workspace is then drawn anew. */
const EDITION = 5;
const BATCH = 12;
/** Says that a folder was made by the demo, and with what. */
const NOTE = "demo.json";

/**
 * Draws a small inspection data set in the layout of contract 1.1: eight board designs with chips, transistors,
 * circuits and bare tracks under two lightings, every unit a little off and lit a little differently, with eight
 * types of defects. Offline; the same seed gives the same bytes. Interrupted, it can be started again. Throws
 * `demo_folder_in_use` when the folder holds anything else than a demo, and `not_a_folder`; nothing is touched then.
 */
export async function makeDemoWorkspace(o: DemoOptions): Promise<DemoWorkspace> {
  const before = await demoNote(o.root);
  const emit = o.emit ?? silent;
  const random = seeded(o.seed);
  const wanted = o.tables ?? DEMO_TABLES;
  const designs = makeDesigns(wanted, random);
  const tables = wanted.map((table) => ({
    table,
    shots: planTable(table, designs, random.fork("table", table.role)),
    goldens: planGoldens(table),
  }));
  const shots = tables.flatMap((t) => [...t.goldens, ...t.shots]);
  const rows = Object.fromEntries(tables.map((t) => [t.table.role, t.shots.length])) as DemoWorkspace["rows"];
  const result = { root: path.resolve(o.root), rows, images: shots.length * 2 };
  const note = { edition: EDITION, seed: o.seed, tables: wanted };
  const noteFile = path.join(o.root, NOTE);
  const reused = JSON.stringify(before) === JSON.stringify(note);
  if (!reused) {
    // Marks the folder as ours before the first picture: an interrupted demo can be started again.
    await writeJsonAtomic(noteFile, { ...note, drawing: true });
    await drawAll({ ...o, tables: wanted }, shots, designs, emit);
    for (const t of tables) await writeTable(o.root, t.table.role, t.shots, designs);
  }
  await writeFileAtomic(path.join(o.root, "specs", "baseline_spec.yaml"), stringify(o.spec ?? demoSpec()));
  await writeJsonAtomic(noteFile, note);
  return { ...result, reused };
}

/** The note of an earlier demo in `root`; undefined when the folder is missing or empty. Throws for all else. */
async function demoNote(root: string): Promise<unknown> {
  const found = await readdir(root).catch((error: unknown) => {
    if (isErrno(error, "ENOENT")) return [];
    if (isErrno(error, "ENOTDIR"))
      throw new ReflowError(
        "usage",
        "not_a_folder",
        `the demo cannot go to ${root}: the path, or a part of it, is a file`,
        "Name a new folder.",
        { where: { file: root } },
      );
    throw explainReadError(error, root);
  });
  if (found.length === 0) return undefined;
  const note = await readNote(path.join(root, NOTE));
  if (typeof note === "object" && note !== null && "edition" in note && "tables" in note) return note;
  throw new ReflowError(
    "usage",
    "demo_folder_in_use",
    `${root} is not empty and was not made by the demo; nothing was written`,
    "Name a new or empty folder with --output.",
    { where: { file: root } },
  );
}

async function readNote(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

async function drawAll(
  o: DemoOptions & { tables: readonly DemoTable[] },
  shots: readonly Shot[],
  designs: ReadonlyMap<number, Design>,
  emit: Emit,
): Promise<void> {
  const images = path.join(o.root, "images");
  for (const folder of new Set(shots.map((s) => folderOf(s, designs))))
    await makeFolder(path.join(images, folder));
  const tasks: RenderTask[] = [];
  for (let i = 0; i < shots.length; i += BATCH)
    tasks.push({ seed: o.seed, tables: o.tables, images, shots: shots.slice(i, i + BATCH) });
  const began = performance.now();
  let done = 0;
  await mapOnWorkers<RenderTask, number>(workerUrl(import.meta.url, "./render.worker.js"), tasks, {
    workers: o.workers ?? cores(),
    ...(o.signal && { signal: o.signal }),
    onDone: (_, files) => {
      done += files;
      const perSecond = done / ((performance.now() - began) / 1000);
      const total = shots.length * 2;
      const eta = (total - done) / perSecond;
      emit({ type: "progress", what: "drawing the demo boards", done, total, unit: "images", eta });
    },
  });
}

async function writeTable(
  root: string,
  role: keyof typeof TABLE_PATHS,
  shots: readonly Shot[],
  designs: ReadonlyMap<number, Design>,
): Promise<void> {
  const rows = shots.map((shot) => {
    const design = designs.get(shot.design) as Design;
    const site = design.sites[shot.site] as Site;
    return [
      folderOf(shot, designs),
      folderOf({ ...shot, serial: 0 }, designs),
      shot.flaw?.kind ?? "PASS",
      site.name,
      "reflow-demo",
      design.name,
      site.designator,
      site.partType,
    ];
  });
  await writeFileAtomic(path.join(root, TABLE_PATHS[role]), formatCsv(HEADER, rows));
}
