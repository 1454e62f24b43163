import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import { type TableName, type WorkspaceRow, writeTables } from "../flows/workspace/tables.js";
import { type Emit, silent } from "../kit/events.js";
import { writeFileAtomic } from "../kit/files.js";
import { cores } from "../kit/pool.js";
import { seeded } from "../kit/random.js";
import { clearDemo, readNote, writeNote } from "./folder.js";
import { pairUnit } from "./pairs.js";
import { DEMO_PLAN, type DemoPlan, type Session } from "./plan.js";
import { renderAll } from "./render.js";
import { planScans } from "./scans.js";
import { demoSpec } from "./spec.js";

export type DemoOptions = Readonly<{
  /** Folder of the workspace; made when missing. */
  root: string;
  seed: number;
  /** The tree for specs/baseline_spec.yaml; {@link demoSpec} unless given. */
  spec?: Readonly<Record<string, unknown>>;
  /** What to render; {@link DEMO_PLAN} unless given. */
  plan?: DemoPlan;
  workers?: number;
  emit?: Emit;
  signal?: AbortSignal;
}>;

export type DemoWorkspace = Readonly<{
  root: string;
  rows: Readonly<Record<string, number>>;
  /** True when the folder already held this very workspace. */
  reused: boolean;
}>;

/** Changes with what is rendered: an older workspace is then made anew. */
const EDITION = 6;
/** Share of the generator's components that validate. */
const VALIDATION = 0.3;

/**
 * Makes a small inspection data set in the layout of contract 1.1, as a cold start would: a board is generated and
 * rendered by the path tracer, once by the generator's camera (training, validation) and once by that of a line (pool,
 * KPI); every component is cut out beside its golden, with the scene's labels. Offline; the same seed gives the same
 * bytes. Interrupted, it goes on at its frame. Throws `demo_folder_in_use` when the folder holds anything else than a
 * demo, and `not_a_folder`; nothing is touched then.
 */
export async function makeDemoWorkspace(o: DemoOptions): Promise<DemoWorkspace> {
  const root = path.resolve(o.root);
  const before = await readNote(root);
  const wanted = { edition: EDITION, seed: o.seed, plan: o.plan ?? DEMO_PLAN };
  const same = isDeepStrictEqual({ ...before, rows: undefined }, { ...wanted, rows: undefined });
  if (before && !same) await clearDemo(root);
  // Marks the folder as ours before the first picture: an interrupted demo goes on where it was.
  if (!same) await writeNote(root, wanted);
  await writeFileAtomic(path.join(root, "specs", "baseline_spec.yaml"), stringify(o.spec ?? demoSpec()));
  if (same && before?.rows) return { root, rows: before.rows, reused: true };
  const rows = await writeTables(root, tablesOf(await makePictures({ ...o, root }, wanted.plan), o.seed));
  await writeNote(root, { ...wanted, rows });
  return { root, rows, reused: false };
}

/** Renders all scans and cuts their crops; gives the rows of every unit. */
async function makePictures(o: DemoOptions, plan: DemoPlan): Promise<readonly UnitRows[]> {
  const { goldens, units } = await planScans(o.root, o.seed, plan);
  await renderAll([...goldens, ...units], {
    ...{ workers: o.workers ?? cores(), emit: o.emit ?? silent },
    ...(o.signal && { signal: o.signal }),
  });
  const made: UnitRows[] = [];
  for (const unit of units) made.push({ of: unit.session.name, rows: await pairUnit(o.root, unit, o) });
  return made;
}

type UnitRows = Readonly<{ of: Session["name"]; rows: readonly WorkspaceRow[] }>;

/** The generator's rows are parted by component, so that validation knows nothing that training saw. */
function tablesOf(
  units: readonly UnitRows[],
  seed: number,
): Readonly<Record<TableName, readonly WorkspaceRow[]>> {
  const of = (name: Session["name"]) => units.filter((u) => u.of === name).flatMap((u) => u.rows);
  const day0 = of("day0");
  const groups = seeded(seed)
    .fork("validation")
    .shuffle([...new Set(day0.map((row) => row.group))].sort());
  const held = new Set(groups.slice(0, Math.round(groups.length * VALIDATION)));
  return {
    train: day0.filter((row) => !held.has(row.group)),
    validation: day0.filter((row) => held.has(row.group)),
    kpi: of("kpi"),
    pool: of("pool"),
  };
}
